// Which pictures of a stream are analysed: by event time, not by counting, so that the rate holds for any frame rate, also a changing one.

export interface FrameSampler {
  /** True if the picture taken at this time (milliseconds since the epoch) is due. */
  wants(at: number): boolean
}

/** At most `framesPerSecond` on average; a picture counts as due up to a quarter of the interval early, so that jitter costs none. */
export function createFrameSampler(framesPerSecond: number): FrameSampler {
  const interval = 1000 / framesPerSecond
  let due = Number.NEGATIVE_INFINITY
  return {
    wants(at) {
      // time that went back (a sender set its clock) must not stop the camera for the difference
      if (at < due - 2 * interval) due = at
      if (at < due - interval / 4) return false
      due = due + interval > at ? due + interval : at + interval
      return true
    },
  }
}
