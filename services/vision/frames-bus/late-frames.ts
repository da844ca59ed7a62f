// Which frames of a batch are looked at: all while vision keeps up; the newest of each camera when it does not. Pure.

export interface WaitingFrame {
  readonly cameraId: string
  /** when the bus took it, ms since the epoch */
  readonly storedAt: number
}

export interface Lateness {
  /** older ones give way to a newer one of their camera */
  readonly lateMs: number
  /** older ones are not looked at in any case */
  readonly dropMs: number
}

/** The frames to be looked at, in their order; the others are skipped. */
export function framesToSee<Frame extends WaitingFrame>(
  batch: readonly Frame[],
  now: number,
  { lateMs, dropMs }: Lateness,
): Frame[] {
  const newest = new Map(batch.map((frame) => [frame.cameraId, frame]))
  return batch.filter((frame) => {
    const age = now - frame.storedAt
    if (age > dropMs) return false
    return age <= lateMs || newest.get(frame.cameraId) === frame
  })
}
