// RTSP streams as video input: packets → access units → a bounded queue that decoding empties. What does not fit is given up to the next key frame.
// Who taps it is given everything, its sound too (AAC, and G.711 as AAC).
import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_KEY,
  type AVPacketFlag,
  type Packet,
} from 'node-av'
import { AppError } from '../../contracts/errors.ts'
import type { PacketSink } from '../../contracts/packets.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { IntakeLimits } from '../limits/intake.ts'
import type { NalCodec } from '../rtsp/nal-units.ts'
import type { RtpPacket, SenderReport } from '../rtsp/rtp.ts'
import { parameterSetsOf } from '../rtsp/session-description.ts'
import type { AccessUnitReader } from '../rtsp-client/access-units.ts'
import { createAccessUnitReader } from '../rtsp-client/access-units.ts'
import { playRtsp, type RtspPlayback } from '../rtsp-client/play-rtsp.ts'
import type { RtspAddress } from '../rtsp-client/rtsp-address.ts'
import type { Credential } from '../rtsp-client/rtsp-caller.ts'
import { createLiveClock, type LiveClock } from './event-clock.ts'
import { createRtspSound, type RtspSound } from './rtsp-sound.ts'
import type { VideoInput } from './video-input.ts'

export interface RtspInputOptions {
  readonly clock: Clock
  readonly credential: Credential | undefined
  readonly transport: 'tcp' | 'udp'
  readonly verifyCertificates: boolean
  /** what the camera may send; default: anything */
  readonly limits?: IntakeLimits
}

interface QueuedUnit {
  readonly bytes: Buffer
  readonly timestamp: bigint
  readonly key: boolean
}

/** Bounds of what waits for decoding. */
const maximumUnits = 300
const maximumQueuedBytes = 16 * 1024 * 1024

/** Opens the stream; rejects with QLY_STREAM_UNREADABLE. */
export async function openRtsp(
  address: RtspAddress,
  options: RtspInputOptions,
  signal: AbortSignal,
  tap?: PacketSink,
): Promise<VideoInput> {
  const { clock } = options
  const queue: QueuedUnit[] = []
  let queuedBytes = 0
  let dropped = 0
  let awaitingKey = false
  let failure: AppError | undefined
  let wake: () => void = () => {}
  let clockRate = 90_000
  let reading: { readonly units: AccessUnitReader; readonly times: LiveClock } | undefined
  let sound: RtspSound | undefined
  // PLAY was sent, but its answer, and so the codec, is not handled yet
  const early: (() => void)[] = []
  const later = (act: () => void) => {
    if (early.length < 10_000) early.push(act)
  }

  const enqueue = (packet: RtpPacket) => {
    if (!reading) return later(() => enqueue(packet))
    const timestamp = reading.times.receive(packet.timestamp, clock.now())
    for (const unit of reading.units.push(packet)) {
      // the packet that ends a unit may belong to the next one: its own timestamp counts
      const shownAt = timestamp - BigInt((packet.timestamp - unit.timestamp) | 0)
      tap?.take({
        track: 'video',
        bytes: unit.bytes,
        key: unit.key,
        mediaMs: (Number(shownAt) * 1000) / clockRate,
        at: reading.times.timeOf(shownAt),
      })
      if (awaitingKey && !unit.key) {
        dropped++
        continue
      }
      awaitingKey = false
      if (queue.length >= maximumUnits || queuedBytes + unit.bytes.length > maximumQueuedBytes) {
        dropped += queue.length + (unit.key ? 0 : 1)
        queue.length = 0
        queuedBytes = 0
        awaitingKey = !unit.key
        if (awaitingKey) continue
      }
      queue.push({ bytes: unit.bytes, timestamp: shownAt, key: unit.key })
      queuedBytes += unit.bytes.length
    }
    if (queue.length > 0) wake()
  }
  const note = (report: SenderReport) => {
    if (reading) reading.times.report(report, clock.now())
    else later(() => note(report))
  }

  const playback: RtspPlayback = await playRtsp(address, {
    ...options,
    signal,
    onPacket: enqueue,
    onReport: note,
    ...(tap
      ? {
          sound: {
            onPacket: (packet: RtpPacket) => (reading ? sound?.receive(packet) : later(() => sound?.receive(packet))),
            onReport: (report: SenderReport) => (reading ? sound?.report(report) : later(() => sound?.report(report))),
          },
        }
      : {}),
    onClosed(error) {
      failure ??= error
      tap?.end(error.message)
      wake()
    },
  })
  const { track } = playback
  const codec = track.codec as NalCodec
  const times = createLiveClock(track.clockRate)
  clockRate = track.clockRate
  const sets = parameterSetsOf(track).flatMap((set) => [Buffer.from([0, 0, 0, 1]), set])
  const extraData = sets.length > 0 ? Buffer.concat(sets) : undefined
  sound = tap && createRtspSound(playback.sound, clock, (packet) => tap.take(packet))
  tap?.begin({ codec: codec === 'H264' ? 'h264' : 'hevc', extraData, size: undefined, audio: sound?.audio })
  reading = { units: createAccessUnitReader(codec), times }
  for (const act of early.splice(0)) act()

  return {
    description: codec === 'H264' ? 'h264' : 'hevc',
    unheard: playback.unheard,
    codec: codec === 'H264' ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC,
    parameters: undefined,
    extraData,
    timeBase: { num: 1, den: track.clockRate },
    live: true,
    get droppedPackets() {
      return dropped
    },
    get heldBack() {
      return playback.heldBack
    },
    async next(packet: Packet) {
      for (;;) {
        const unit = queue.shift()
        if (unit) {
          queuedBytes -= unit.bytes.length
          packet.data = unit.bytes
          packet.pts = unit.timestamp
          packet.dts = AV_NOPTS_VALUE
          packet.flags = (unit.key ? AV_PKT_FLAG_KEY : 0) as AVPacketFlag
          return true
        }
        if (failure) throw failure
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    timeOf: (timestamp) => times.timeOf(timestamp),
    rewind: () => Promise.reject(new AppError('QLY_INTERNAL', 'a live stream has no start')),
    async close() {
      tap?.end('closed')
      playback.close()
      sound?.close()
    },
  }
}
