// Samples of one channel → AAC frames (LC), by FFmpeg's encoder: neither MP4 nor browsers know G.711. About 1 % of a core for a hundred cameras' voices.
import {
  AV_CHANNEL_ORDER_NATIVE,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_CODEC_ID_AAC,
  AV_SAMPLE_FMT_FLTP,
  Codec,
  CodecContext,
  FFmpegError,
  Frame,
  Packet,
  Rational,
} from 'node-av'
import { AppError } from '../../contracts/errors.ts'

export interface AacEncoder {
  /** AudioSpecificConfig */
  readonly extraData: Buffer
  /** Frames that are ready after these samples (always `aacSamples`); each with the place of its first sample. */
  encode(samples: Float32Array, place: number): { readonly bytes: Buffer; readonly place: number }[]
  close(): void
}

/** samples of a frame */
export const aacSamples = 1024
const mono = { nbChannels: 1, order: AV_CHANNEL_ORDER_NATIVE, mask: 4n }
/** bits a second for each sample a second: 24 kbit/s at 8 kHz is more than a telephone's microphone gives */
const bitsPerSample = 3

/** `sampleRate`: one that AAC knows, in Hz. */
export function createAacEncoder(sampleRate: number): AacEncoder {
  const codec = Codec.findEncoder(AV_CODEC_ID_AAC)
  const context = new CodecContext()
  context.allocContext3(codec)
  const [frame, packet] = [new Frame(), new Packet()]
  frame.alloc()
  packet.alloc()
  const close = () => {
    frame.free()
    packet.free()
    context.freeContext()
  }
  const must = (code: number, step: string) => {
    if (code >= 0) return
    close()
    throw new AppError('QLY_INTERNAL', `sound cannot be coded as AAC (${step}): ${FFmpegError.strerror(code)}`)
  }
  Object.assign(context, {
    sampleRate,
    sampleFormat: AV_SAMPLE_FMT_FLTP,
    channelLayout: mono,
    bitRate: BigInt(bitsPerSample * sampleRate),
    timeBase: new Rational(1, sampleRate),
  })
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  must(context.open2Sync(codec, null), 'open')
  Object.assign(frame, { format: AV_SAMPLE_FMT_FLTP, nbSamples: aacSamples, sampleRate, channelLayout: mono })
  must(frame.getBuffer(0), 'memory')
  return {
    extraData: Buffer.from(context.extraData ?? []),
    encode(samples, place) {
      must(frame.makeWritable(), 'memory')
      const plane = frame.data?.[0]
      if (!plane) throw new AppError('QLY_INTERNAL', 'no memory for sound')
      plane.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
      frame.pts = BigInt(place)
      must(context.sendFrameSync(frame), 'encode')
      const frames = []
      while (context.receivePacketSync(packet) >= 0) {
        // the encoder looks ahead by a frame: what comes first is before the first sample, and silent
        const at = Number(packet.pts)
        if (packet.data) frames.push({ bytes: Buffer.from(packet.data), place: at })
        packet.unref()
      }
      return frames
    },
    close,
  }
}
