// The RTP time line of one track that we publish: its timestamps, and now and then a report that says which event time they are, so that players set sound
// and pictures to one clock and know when a picture was taken.
import { readRtp, writeSenderReport } from '../rtsp/rtp.ts'

export interface TimeLine {
  /** ms → units of the clock, modulo 2^32 */
  timestamp(milliseconds: number): number
  /** Counts these packets, whose event time is `at` (ms since the epoch). A report (RTCP) if one is due: with the first packet, then every 5 s. */
  report(packets: readonly Buffer[], at: number): Buffer | undefined
}

const everyMs = 5000

/** `clockRate` in Hz. */
export function createTimeLine(clockRate: number): TimeLine {
  let [count, octets] = [0, 0]
  let reportedAt: number | undefined
  return {
    timestamp: (milliseconds) => Math.round((milliseconds * clockRate) / 1000) % 2 ** 32,
    report(packets, at) {
      const last = packets.at(-1)
      const rtp = last && readRtp(last)
      if (!rtp) return undefined
      count += packets.length
      for (const { length } of packets) octets += Math.max(0, length - 12)
      if (reportedAt !== undefined && Math.abs(at - reportedAt) < everyMs) return undefined
      reportedAt = at
      return writeSenderReport(
        { source: rtp.source, wallClock: at, timestamp: rtp.timestamp },
        { packets: count, octets },
      )
    },
  }
}
