// Shows a recording to vision as its camera showed it: every due picture, in order, with its original event time; one camera over all gaps.
import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_KEY,
  type AVPacketFlag,
  type Packet,
} from 'node-av'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { MediaConfig } from '../../contracts/config/media.ts'
import { AppError } from '../../contracts/errors.ts'
import type { CameraEyes, CameraFrame } from '../../contracts/frames.ts'
import type { CodedPacket, CodedStream } from '../../contracts/packets.ts'
import type { RecordedPart } from '../../contracts/recordings.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createAttempt } from '../camera-source/attempt.ts'
import { createFrameMailbox } from '../camera-source/frame-mailbox.ts'
import { playVideo } from '../camera-source/play-video.ts'
import type { VideoInput } from '../camera-source/video-input.ts'

/** Files lie on a disk; models may take their time. */
const patience = { openSeconds: 60, stallSeconds: 600 }

export interface WatchedRecording {
  readonly frames: number
  /** event times of the first and last frame, ms; undefined without any */
  readonly from: number | undefined
  readonly to: number | undefined
}

/** Resolves when all of it was seen. Rejects with QLY_STREAM_UNREADABLE for what cannot be decoded, QLY_MODEL_… as for a live camera; also when aborted. */
export async function watchRecording(
  { eyes, clock }: Pick<Kernel, 'clock'> & { readonly eyes: CameraEyes },
  config: MediaConfig,
  camera: CameraConfig,
  parts: AsyncIterable<RecordedPart>,
  signal: AbortSignal,
): Promise<WatchedRecording> {
  const failures: unknown[] = []
  const times: number[] = []
  let frames = 0
  const see = async (frame: CameraFrame) => {
    signal.throwIfAborted()
    await eyes.see(frame)
    frames++
    times[frames === 1 ? 0 : 1] = frame.capturedAt
  }
  const nothing = () => {}
  const onFailed = (error: unknown) => {
    if (failures.length === 0) failures.push(error)
  }
  const events = { onSkipped: nothing, onDelivered: nothing, onFailed }
  const plan = await eyes.open(camera, { recorded: true })
  const attempt = createAttempt(clock, { ...config, ...patience }, signal)
  const mailbox = createFrameMailbox(plan, see, events, { cutAhead: false })
  const lastTime = { value: Number.NEGATIVE_INFINITY }
  const reel = readReel(parts)
  try {
    for (let stream = await reel.stream(); stream; stream = await reel.stream()) {
      const input = inputOf(stream, reel.packet)
      await playVideo(
        clock,
        { ...config, hardwareThreads: 1 },
        { plan, open: () => Promise.resolve(input), see, loop: false, mode: 'gentle' },
        { ...events, onHealth: nothing, onDecoded: nothing, onDamaged: nothing, onReconnect: nothing },
        { attempt, mailbox, lastTime, onPicture: attempt.alive },
      )
      if (failures.length > 0) throw failures[0]
    }
  } finally {
    attempt.end()
    await mailbox.close()
    await eyes.close(camera.id)
  }
  signal.throwIfAborted()
  return { frames, from: times[0], to: times[1] ?? times[0] }
}

/** The parts as streams, each with its pictures: `packet` ends where the next stream begins. */
function readReel(parts: AsyncIterable<RecordedPart>) {
  const iterator = parts[Symbol.asyncIterator]()
  let next: CodedStream | undefined
  const read = async (): Promise<CodedPacket | undefined> => {
    while (!next) {
      const { done, value } = await iterator.next()
      if (done) return undefined
      if ('stream' in value) next = value.stream
      else if (value.packet.track === 'video') return value.packet
    }
    return undefined
  }
  return {
    packet: read,
    /** The next stream; what is left of the one before is passed over. Undefined at the end. */
    async stream(): Promise<CodedStream | undefined> {
      while (!next) if ((await read()) === undefined && !next) return undefined
      const stream = next
      next = undefined
      return stream
    },
  }
}

/** Timestamps are microseconds of event time, counted from the first picture. */
function inputOf(stream: CodedStream, read: () => Promise<CodedPacket | undefined>): VideoInput {
  let origin: number | undefined
  const micros = (ms: number) => BigInt(Math.round((ms - (origin ?? ms)) * 1000))
  return {
    description: stream.codec,
    codec: stream.codec === 'hevc' ? AV_CODEC_ID_HEVC : AV_CODEC_ID_H264,
    parameters: undefined,
    extraData: stream.extraData,
    timeBase: { num: 1, den: 1_000_000 },
    live: false,
    droppedPackets: 0,
    async next(packet: Packet) {
      const coded = await read()
      if (!coded) return false
      origin ??= coded.at
      packet.data = coded.bytes
      packet.pts = micros(coded.at)
      packet.dts = coded.decodeMs === undefined ? AV_NOPTS_VALUE : micros(coded.decodeMs)
      packet.flags = (coded.key ? AV_PKT_FLAG_KEY : 0) as AVPacketFlag
      return true
    },
    timeOf: (timestamp) => (origin ?? 0) + Number(timestamp) / 1000,
    rewind: () => Promise.reject(new AppError('QLY_INTERNAL', 'a recording is read once')),
    close: async () => {},
  }
}
