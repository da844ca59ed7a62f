// The AAC sound of an RTSP camera, on its way to recorders: its own time line, its own sender reports.
import type { CodedAudio, PacketSink } from '../../contracts/packets.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { type RtpPacket, type SenderReport, timestampDifference } from '../rtsp/rtp.ts'
import type { Track } from '../rtsp/session-description.ts'
import { createAacReader, readAacFormat } from '../rtsp-client/aac-frames.ts'
import { createLiveClock } from './event-clock.ts'

export interface RtspSound {
  readonly audio: CodedAudio
  receive(packet: RtpPacket): void
  report(report: SenderReport): void
}

/** Undefined for sound that is not passed on. */
export function createRtspSound(track: Track | undefined, clock: Clock, tap: PacketSink): RtspSound | undefined {
  const format = track && readAacFormat(track)
  if (!format) return undefined
  const times = createLiveClock(track.clockRate)
  const reader = createAacReader(format)
  return {
    audio: format.audio,
    receive(packet) {
      const received = times.receive(packet.timestamp, clock.now())
      for (const { bytes, timestamp } of reader.push(packet)) {
        const shownAt = received + BigInt(timestampDifference(packet.timestamp, timestamp))
        const mediaMs = (Number(shownAt) * 1000) / track.clockRate
        tap.take({ track: 'audio', bytes, key: true, mediaMs, at: times.timeOf(shownAt) })
      }
    },
    report: (report) => times.report(report, clock.now()),
  }
}
