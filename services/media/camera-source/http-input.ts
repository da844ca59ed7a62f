// Cameras over HTTP(S) as video input: a stream of JPEGs (multipart/x-mixed-replace), or one JPEG at a time that is asked for again and again.
import type { IncomingMessage } from 'node:http'
import { AV_CODEC_ID_MJPEG, AV_PKT_FLAG_KEY, type Packet } from 'node-av'
import type { MediaConfig } from '../../contracts/config/media.ts'
import { asAppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createIntake, type IntakeLimits } from '../limits/intake.ts'
import { createFrameSampler } from './frame-sampler.ts'
import { httpGet, unreadable } from './http-get.ts'
import { boundaryOf, createPictureReader } from './multipart-pictures.ts'
import type { VideoInput } from './video-input.ts'

export interface HttpInputOptions {
  readonly clock: Clock
  /** how often a snapshot is asked for, a second */
  readonly fps: number
  readonly verifyCertificates: boolean
  readonly limits: MediaConfig['http']
  /** what the camera may send; default: anything */
  readonly intake?: IntakeLimits
}

/** Opens the address; its content type tells which kind it is. Rejects with QLY_STREAM_UNREADABLE. */
export async function openHttp(source: string, options: HttpInputOptions, signal: AbortSignal): Promise<VideoInput> {
  const { clock, limits } = options
  const closing = new AbortController()
  const either = AbortSignal.any([signal, closing.signal])
  const get = (headers: Readonly<Record<string, string>> = {}) =>
    httpGet(source, { ...options, redirectHosts: limits.redirectHosts, signal: either, headers })
  let newest: { readonly jpeg: Buffer; readonly at: number } | undefined
  let failure: unknown
  const intake = createIntake(clock, options.intake)
  let dropped = 0
  let last = 0
  let wake: () => void = () => {}

  // every picture stands for itself: none is decoded that nobody would look at
  const sampler = createFrameSampler(options.fps)

  const put = (jpeg: Buffer) => {
    if (!sampler.wants(clock.now())) return
    // the newest wins: a picture that nobody took in time is skipped
    if (newest) dropped++
    newest = { jpeg, at: clock.now() }
    wake()
  }

  const readStream = async (answer: IncomingMessage, boundary: string) => {
    const reader = createPictureReader(boundary, limits.maximumPictureBytes)
    for await (const bytes of answer) {
      const jpegs = reader.push(bytes as Buffer)
      for (const jpeg of jpegs) put(jpeg)
      const wait = intake.took((bytes as Buffer).length, jpegs.length)
      if (wait > 0) await clock.sleep(wait, either)
    }
    throw unreadable(source, 'the stream has ended')
  }

  const poll = async (first: IncomingMessage) => {
    for (let answer = first; ; ) {
      const began = clock.monotonic()
      const { etag } = answer.headers
      if (answer.statusCode === 200) put(await readPicture(answer, source, limits.maximumPictureBytes))
      else answer.resume()
      await clock.sleep(Math.max(0, 1000 / options.fps - (clock.monotonic() - began)), either)
      answer = await get(etag === undefined ? {} : { 'if-none-match': etag })
    }
  }

  const first = await get()
  const type = first.headers['content-type'] ?? ''
  const boundary = boundaryOf(type)
  if (boundary === undefined && !/^image\/(jpeg|jpg|pjpeg)\b/i.test(type)) {
    first.destroy()
    throw unreadable(source, `it sends ${type === '' ? 'no content type' : type}, not JPEG`)
  }
  const reading = (boundary === undefined ? poll(first) : readStream(first, boundary)).catch((error: unknown) => {
    failure = error instanceof RangeError ? unreadable(source, error.message) : error
    wake()
  })

  return {
    description: boundary === undefined ? 'jpeg' : 'mjpeg',
    codec: AV_CODEC_ID_MJPEG,
    parameters: undefined,
    extraData: undefined,
    timeBase: { num: 1, den: 1000 },
    live: true,
    get droppedPackets() {
      return dropped
    },
    get heldBack() {
      return intake.heldBack
    },
    async next(packet: Packet) {
      while (!newest) {
        if (failure !== undefined) throw asAppError(failure, 'QLY_STREAM_UNREADABLE')
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      last = Math.max(last + 1, Math.round(newest.at))
      packet.data = newest.jpeg
      packet.pts = BigInt(last)
      packet.dts = BigInt(last)
      packet.flags = AV_PKT_FLAG_KEY
      newest = undefined
      return true
    },
    timeOf: Number,
    rewind: () => Promise.reject(unreadable(source, 'a live stream has no start')),
    async close() {
      closing.abort(unreadable(source, 'closed'))
      first.destroy()
      await reading
    },
  }
}

async function readPicture(answer: IncomingMessage, source: string, maximumBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const bytes of answer) {
    size += (bytes as Buffer).length
    if (size > maximumBytes) throw unreadable(source, `a picture has more than ${maximumBytes} bytes`)
    parts.push(bytes as Buffer)
  }
  return Buffer.concat(parts, size)
}
