// The sound of an RTSP camera, on its way to recorders and live view: its own time line, its own sender reports.
import type { CodedAudio, CodedPacket } from '../../contracts/packets.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { type RtpPacket, type SenderReport, timestampDifference } from '../rtsp/rtp.ts'
import type { Track } from '../rtsp/session-description.ts'
import { createSoundReader } from '../sound/sound-reader.ts'
import { createLiveClock } from './event-clock.ts'

export interface RtspSound {
  readonly audio: CodedAudio
  receive(packet: RtpPacket): void
  report(report: SenderReport): void
  close(): void
}

/** Undefined for sound that is not passed on. */
export function createRtspSound(
  track: Track | undefined,
  clock: Clock,
  take: (packet: CodedPacket) => void,
): RtspSound | undefined {
  const reader = track && createSoundReader(track)
  if (!reader) return undefined
  const times = createLiveClock(track.clockRate)
  let closed = false
  return {
    audio: reader.audio,
    receive(packet) {
      if (closed) return
      const received = times.receive(packet.timestamp, clock.now())
      for (const { bytes, timestamp } of reader.push(packet)) {
        const shownAt = received + BigInt(timestampDifference(packet.timestamp, timestamp))
        const mediaMs = (Number(shownAt) * 1000) / track.clockRate
        take({ track: 'audio', bytes, key: true, mediaMs, at: times.timeOf(shownAt) })
      }
    },
    report: (report) => times.report(report, clock.now()),
    close() {
      if (!closed) reader.close()
      closed = true
    },
  }
}
