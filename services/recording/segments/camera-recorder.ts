// Records one camera: what its connection brings goes into segments that begin at key frames. Takes packets at once and works them off in order;
// whatever goes wrong becomes the camera's fault state and is tried anew at the next key frame, so nothing stops for good and nothing stops silently.
import { asAppError } from '../../contracts/errors.ts'
import type { CameraPacketSink, CodedPacket, CodedStream } from '../../contracts/packets.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createSoundLine, type SoundLine } from '../../kernel/media-times/sound-line.ts'
import { createDecodeOrder, type DecodeOrder } from './decode-order.ts'
import { parameterSetsIn } from './parameter-sets.ts'
import { decideCut } from './segment-cut.ts'
import type { OpenSegment, SegmentStore } from './segment-store.ts'

export interface RecorderRules {
  readonly segmentSeconds: number
  readonly fragmentSeconds: number
  readonly maximumWaitingBytes: number
}

export interface RecorderState {
  /** a connection plays */
  readonly playing: boolean
  /** monotonic ms: since when it plays (less what connections before it played in vain), or when something last reached the disk */
  readonly progressAt: number
  /** why nothing reaches the disk, if it is known */
  readonly fault: string | undefined
}

export interface CameraRecorder extends CameraPacketSink {
  readonly state: RecorderState
}

export interface RecorderEvents {
  onBytes(count: number): void
  onGivenUp(packets: number): void
  onFault(error: unknown): void
}

/** A segment that is being written. */
interface Growing {
  readonly segment: OpenSegment
  readonly startedAt: number
  readonly startMediaMs: number
  /** of its newest picture */
  mediaMs: number
  readonly sound: SoundLine
}

/** Sound may come this much after the pictures that it belongs to. */
const lateSoundMs = 1000

/** Begins at the first key frame. */
export function createCameraRecorder(
  { clock, store }: { readonly clock: Clock; readonly store: SegmentStore },
  cameraId: string,
  rules: RecorderRules,
  events: RecorderEvents,
): CameraRecorder {
  let stream: CodedStream | undefined
  let parameters: Buffer | undefined
  let depth = 0
  let current: Growing | undefined
  /** the one before, which waits for sound of its last moment */
  let ending: Growing | undefined
  let order: DecodeOrder<CodedPacket> = createDecodeOrder(0)
  let batchFrom = 0
  let work: Promise<void> = Promise.resolve()
  let waiting = 0
  let [playing, progressAt, fault]: [boolean, number, string | undefined] = [false, clock.monotonic(), undefined]
  /** nothing of this connection has reached the disk; and for how long its like have played before it */
  let [fruitless, fruitlessMs] = [false, 0]
  let closed: Promise<void> | undefined

  const failed = (error: unknown) => {
    fault = asAppError(error).message
    events.onFault(error)
  }

  /** Does it after all before; a failure ends the segment, the next key frame begins another. */
  const then = (segment: OpenSegment, step: () => Promise<unknown>, bytes = 0) => {
    waiting += bytes
    work = work
      .then(step)
      .then((written) => {
        if (written !== true) return
        progressAt = clock.monotonic()
        fruitless = false
        fault = undefined
        events.onBytes(bytes)
      })
      .catch((error: unknown) => {
        failed(error)
        if (current?.segment === segment) current = undefined
        if (ending?.segment === segment) ending = undefined
        return segment.abandon()
      })
      .finally(() => {
        waiting -= bytes
      })
  }

  const put = (timed: ReturnType<typeof order.push>) => {
    if (!current) return
    const { segment, startMediaMs } = current
    // a stream with B-frames is decoded ahead of time: all of it is shown later by as much, so that nothing is before zero
    const origin = startMediaMs - leadOf(depth)
    segment.add(
      timed.map(({ picture, shownMs, decodeMs, durationMs }) => ({
        track: 'video',
        bytes: picture.bytes,
        key: picture.key,
        shownMs: shownMs - origin,
        decodeMs: Math.max(0, decodeMs - origin),
        durationMs,
      })),
    )
  }

  const flush = ({ segment }: Growing) => {
    const frames = segment.takeAdded()
    if (frames.length === 0) return
    const bytes = frames.reduce((sum, frame) => sum + frame.bytes.length, 0)
    then(segment, () => segment.write(frames), bytes)
  }

  const settle = () => {
    if (!ending) return
    const { segment } = ending
    flush(ending)
    ending = undefined
    then(segment, () => segment.close())
  }

  const finish = (nextMs?: number) => {
    settle()
    if (!current) return
    depth = order.seenDepth
    put(order.flush(nextMs))
    flush(current)
    ending = current
    current = undefined
    if (nextMs === undefined || !stream?.audio) settle()
  }

  const start = (packet: CodedPacket) => {
    if (!stream || !parameters) return failed(new Error('no parameter sets have come, so nothing can be recorded'))
    order = createDecodeOrder(depth)
    const { codec, audio } = stream
    const { at: startedAt, mediaMs: startMediaMs } = packet
    const size = stream.size
    const segment = store.open({
      cameraId,
      startedAt: Math.round(startedAt - leadOf(depth)),
      codec,
      extraData: parameters,
      audio,
      size,
      keyFrame: packet.bytes,
    })
    current = { segment, startedAt, startMediaMs, mediaMs: startMediaMs, sound: createSoundLine() }
    batchFrom = startMediaMs
    then(segment, () => segment.ready)
  }

  const takeVideo = (packet: CodedPacket) => {
    if (!stream) return
    if (ending && packet.mediaMs - ending.mediaMs > lateSoundMs) settle()
    const brought = packet.key ? parameterSetsIn(stream.codec, packet.bytes) : undefined
    const parametersChanged = brought !== undefined && parameters !== undefined && !brought.equals(parameters)
    if (current) {
      const cut = decideCut(current, packet, { segmentMs: rules.segmentSeconds * 1000, parametersChanged })
      const torn = cut !== 'append' && Math.abs(packet.mediaMs - current.mediaMs) > 10_000
      if (cut !== 'append') finish(torn ? undefined : packet.mediaMs)
    }
    if (brought) parameters = brought
    if (!current) {
      if (!packet.key) return
      start(packet)
    }
    if (!current) return
    if (waiting > rules.maximumWaitingBytes) {
      failed(
        new Error(`the disk does not take pictures as fast as they come (${rules.maximumWaitingBytes} bytes wait)`),
      )
      events.onGivenUp(1)
      return finish()
    }
    current.mediaMs = Math.max(current.mediaMs, packet.mediaMs)
    put(order.push(packet, packet.mediaMs, packet.decodeMs))
    if (packet.mediaMs - batchFrom >= rules.fragmentSeconds * 1000) {
      batchFrom = packet.mediaMs
      flush(current)
    }
  }

  const takeAudio = (packet: CodedPacket) => {
    const audio = stream?.audio
    if (!current || !audio) return
    if (packet.at >= current.startedAt) settle()
    const { segment, startedAt, sound } = ending ?? current
    const durationMs = (1024 * 1000) / audio.sampleRate
    // its own time line may have another origin than the pictures': event time joins them
    const shownMs = sound.place(packet.mediaMs, packet.at - startedAt + leadOf(depth), durationMs)
    if (shownMs === undefined) return
    segment.add([{ track: 'audio', bytes: packet.bytes, key: true, shownMs, decodeMs: shownMs, durationMs }])
  }

  const pause = () => {
    finish()
    if (playing) fruitlessMs = fruitless ? clock.monotonic() - progressAt : 0
    stream = undefined
    playing = false
  }

  return {
    get state() {
      return { playing, progressAt, fault }
    },
    begin(opened) {
      pause()
      stream = opened
      parameters = opened.extraData
      playing = true
      fruitless = true
      // connections that follow each other and bring nothing count as one
      progressAt = clock.monotonic() - fruitlessMs
    },
    take(packet) {
      if (closed) return
      if (packet.track === 'video') takeVideo(packet)
      else takeAudio(packet)
    },
    end: pause,
    close() {
      closed ??= (async () => {
        finish()
        playing = false
        await work
      })()
      return closed
    },
  }
}

/** ms by which a stream with B-frames of this depth is shown later than it comes: two pictures at 10 a second and more. */
const leadOf = (depth: number): number => depth * 100
