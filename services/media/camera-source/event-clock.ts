// When a picture was taken: pure clocks that turn a stream's timestamps into milliseconds since the epoch.
// Live: the sender's wall clock where its RTCP reports are sane, else the time of receipt freed from network jitter. Files: start time + timestamp.
import { type SenderReport, timestampDifference } from '../rtsp/rtp.ts'

export interface LiveClock {
  /** Unwraps a 32-bit RTP timestamp of a packet that arrived at this time (milliseconds since the epoch). */
  receive(timestamp: number, receivedAt: number): bigint
  /** Takes a sender report; `receivedAt` decides whether its clock is sane. */
  report(report: SenderReport, receivedAt: number): void
  /** Event time of an unwrapped timestamp, milliseconds since the epoch. */
  timeOf(timestamp: bigint): number
}

/** A sender's clock counts as sane within this distance of ours. */
const saneSkewMs = 2000
/** The estimate may follow a sender whose clock runs slower than ours by this much (100 ppm, worse than any crystal). */
const driftPerMs = 1e-4
/** Timestamps that jump by more than this against the time of receipt begin a new time line. */
const jumpMs = 10_000

/** A clock for one connection; `rate` is the clock rate of the RTP timestamps, in Hz. */
export function createLiveClock(rate: number): LiveClock {
  let last: { timestamp: number; unwrapped: bigint } | undefined
  let offset: number | undefined
  let offsetAt = 0
  let senderOffset: number | undefined
  const milliseconds = (timestamp: bigint) => (Number(timestamp) * 1000) / rate
  const unwrap = (timestamp: number) =>
    last ? last.unwrapped + BigInt(timestampDifference(last.timestamp, timestamp)) : BigInt(timestamp)

  return {
    receive(timestamp, receivedAt) {
      const unwrapped = unwrap(timestamp)
      last = { timestamp, unwrapped }
      // The packet with the least delay tells the offset best: the smallest seen, let rise slowly for drift.
      const seen = receivedAt - milliseconds(unwrapped)
      const risen = offset === undefined ? seen : offset + Math.max(0, receivedAt - offsetAt) * driftPerMs
      const jumped = offset !== undefined && Math.abs(seen - offset) > jumpMs
      if (jumped) senderOffset = undefined
      offset = jumped ? seen : Math.min(risen, seen)
      offsetAt = receivedAt
      return unwrapped
    },
    report(report, receivedAt) {
      if (!last) return
      const at = milliseconds(unwrap(report.timestamp))
      const skew = Math.abs(report.wallClock - receivedAt)
      senderOffset = skew <= saneSkewMs ? report.wallClock - at : undefined
    },
    timeOf: (timestamp) => milliseconds(timestamp) + (senderOffset ?? offset ?? 0),
  }
}

export interface FileClock {
  /** Event time of a timestamp in seconds of the file; undefined (a stream without timestamps): one frame after the last. */
  timeOf(seconds: number | undefined): number
  /** The file begins again: its next timestamp follows the last one by one frame. */
  rewind(): void
}

/** A clock for a file that begins to play at `startedAt` (milliseconds since the epoch). */
export function createFileClock(startedAt: number): FileClock {
  let base = startedAt
  let first: number | undefined
  let previous = 0
  let latest = startedAt
  let step = 40
  const rewind = () => {
    base = latest + step
    latest = base
    first = undefined
  }
  return {
    timeOf(given) {
      const seconds = given ?? (first === undefined ? 0 : previous + step / 1000)
      if (first !== undefined && seconds < previous - backwardsSeconds) rewind()
      first ??= seconds
      previous = seconds
      const time = base + (seconds - first) * 1000
      if (time > latest) {
        step = Math.min(1000, time - latest)
        latest = time
      }
      return time
    },
    rewind,
  }
}

/** Files put together from several go back in their timestamps: by more than this it is a new part, not a picture out of order. */
const backwardsSeconds = 0.5
