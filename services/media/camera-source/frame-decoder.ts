// Packets → pictures, in FFmpeg, off the event loop. Damaged packets are counted, not fatal; a stream of nothing else is.
import { Codec, CodecContext, Dictionary, FFmpegError, Frame, type Packet, Rational } from 'node-av'
import { AppError } from '../../contracts/errors.ts'
import type { VideoInput } from './video-input.ts'

export interface FrameDecoder {
  /** Packets that could not be decoded, so far. */
  readonly damaged: number
  /** Pictures so far. */
  readonly pictures: number
  /** Decodes a packet (null: what is still inside, at the end) and gives each picture out; it belongs to the taker only until its promise resolves. */
  decode(packet: Packet | null, take: (frame: Frame) => Promise<void>): Promise<void>
  /** Forgets everything, to begin elsewhere in the stream. */
  reset(): void
  close(): void
}

export interface DecoderLimits {
  readonly threads: number
  /** pictures larger than this are refused by the decoder */
  readonly maximumPixels: number
}

/** This many packets in a row without a picture is garbage, not damage. */
const garbagePackets = 60

export async function createFrameDecoder(
  input: Pick<VideoInput, 'codec' | 'parameters' | 'extraData' | 'timeBase'>,
  limits: DecoderLimits,
): Promise<FrameDecoder> {
  const codec = Codec.findDecoder(input.codec)
  if (!codec) throw new AppError('QLY_STREAM_UNREADABLE', `there is no decoder for this codec (${input.codec})`)
  const context = new CodecContext()
  context.allocContext3(codec)
  const frame = new Frame()
  frame.alloc()
  let damaged = 0
  let pictures = 0
  let withoutPicture = 0
  const close = () => {
    frame.free()
    context.freeContext()
  }
  try {
    if (input.parameters) must(context.parametersToContext(input.parameters), 'take the parameters')
    if (input.extraData) context.extraData = input.extraData
    context.pktTimebase = new Rational(input.timeBase.num, input.timeBase.den)
    context.threadCount = limits.threads
    must(await context.open2(codec, Dictionary.fromObject({ max_pixels: String(limits.maximumPixels) })), 'open')
  } catch (error) {
    close()
    throw error
  }
  // With one thread the work is done in sendPacket; taking the result out then costs nothing and needs no other thread.
  const receive = () =>
    limits.threads === 1 ? Promise.resolve(context.receiveFrameSync(frame)) : context.receiveFrame(frame)

  return {
    get damaged() {
      return damaged
    },
    get pictures() {
      return pictures
    },
    async decode(packet, take) {
      const sent = await context.sendPacket(packet)
      if (sent < 0) {
        damaged++
        if (++withoutPicture >= garbagePackets) {
          throw new AppError(
            'QLY_STREAM_UNREADABLE',
            `it cannot be decoded as ${codec.name}: ${FFmpegError.strerror(sent)}`,
          )
        }
        return
      }
      while ((await receive()) >= 0) {
        withoutPicture = 0
        pictures++
        await take(frame)
        frame.unref()
      }
    },
    reset: () => context.flushBuffers(),
    close,
  }
}

function must(code: number, step: string): void {
  if (code < 0) throw new AppError('QLY_STREAM_UNREADABLE', `the decoder cannot ${step}: ${FFmpegError.strerror(code)}`)
}
