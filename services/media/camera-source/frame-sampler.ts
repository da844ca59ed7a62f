// Which pictures of a stream are analysed: by event time, not by counting, so that the rate holds for any frame rate, also a changing one.

export interface FrameSampler {
  /** True if the picture taken at this time (milliseconds since the epoch) is due. */
  wants(at: number): boolean
}

/** `framesPerSecond` on average at most. The picture nearest to the due time is taken, also a little early, so that jitter costs none. */
export function createFrameSampler(framesPerSecond: number): FrameSampler {
  const interval = 1000 / framesPerSecond
  let due = Number.NEGATIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  return {
    wants(at) {
      const early = Math.min(interval / 4, Math.max(0, at - last) / 2)
      last = at
      // time that went back (a sender set its clock) must not stop the camera for the difference
      if (at < due - 2 * interval) due = at
      if (at < due - early) return false
      due = due + interval > at ? due + interval : at + interval
      return true
    },
  }
}
