// Sender reports for a track whose publisher sends none: players need them to set sound and pictures to one clock, and to tell when a picture was taken.
import { createLiveClock } from '../camera-source/event-clock.ts'
import { readRtp, readSenderReport, writeSenderReport } from '../rtsp/rtp.ts'

export interface SenderReports {
  /** The publisher reports itself: what it says goes on as it is. */
  heard(bytes: Buffer): void
  /** Counts a packet of the track that came at this time (milliseconds since the epoch); answers with a report where one is due. */
  sent(bytes: Buffer, now: number): Buffer | undefined
}

/** RFC 3550 §6.2: every 5 s is the usual minimum. */
const everyMs = 5000
/** The publisher gets this long to report by itself. */
const patienceMs = 10_000

/** Reports of one track with this clock rate (Hz). The wall clock is that of receipt, freed from network jitter. */
export function createSenderReports(clockRate: number): SenderReports {
  const times = createLiveClock(clockRate)
  let packets = 0
  let octets = 0
  let quietSince: number | undefined
  let reportedAt = Number.NEGATIVE_INFINITY
  return {
    heard(bytes) {
      if (readSenderReport(bytes)) quietSince = undefined
    },
    sent(bytes, now) {
      const rtp = readRtp(bytes)
      if (!rtp) return undefined
      packets++
      octets += rtp.payload.length
      const wallClock = times.timeOf(times.receive(rtp.timestamp, now))
      quietSince ??= now
      if (now - quietSince < patienceMs || now - reportedAt < everyMs) return undefined
      reportedAt = now
      return writeSenderReport({ source: rtp.source, wallClock, timestamp: rtp.timestamp }, { packets, octets })
    },
  }
}
