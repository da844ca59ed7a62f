// RGBA frames to H.264 (libx264, fastest preset, no delay), one thread: at 640×360 about a millisecond a frame.
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_FATAL,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_RGBA,
  AV_PIX_FMT_YUV420P,
  Codec,
  CodecContext,
  Dictionary,
  FFmpegError,
  Frame,
  Log,
  Packet,
  Rational,
  SoftwareScaleContext,
  SWS_POINT,
} from 'node-av'
import type { FFEncoderCodec } from 'node-av/constants'

export interface VideoEncoder {
  readonly context: CodecContext
  /** Encodes one frame; the packets are valid until the next call. `index` counts frames from 0. */
  encode(pixels: Uint8ClampedArray, index: number): Packet[]
  close(): void
}

export interface VideoFormat {
  readonly width: number
  readonly height: number
  readonly fps: number
  /** frames from key frame to key frame */
  readonly group: number
}

export async function createVideoEncoder({ width, height, fps, group }: VideoFormat): Promise<VideoEncoder> {
  // x264 tells its statistics on stderr
  Log.setLevel(AV_LOG_FATAL)
  const codec = Codec.findEncoderByName('libx264' as FFEncoderCodec)
  if (!codec) throw new Error('libx264 is missing in node-av')
  const context = new CodecContext()
  context.allocContext3(codec)
  Object.assign(context, {
    width,
    height,
    timeBase: new Rational(1, fps),
    framerate: new Rational(fps, 1),
    pixelFormat: AV_PIX_FMT_YUV420P,
    gopSize: group,
    maxBFrames: 0,
  })
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  const settings = { preset: 'ultrafast', tune: 'zerolatency', threads: '1', crf: '26' }
  FFmpegError.throwIfError(await context.open2(codec, Dictionary.fromObject(settings)), 'encoder')
  const scaler = new SoftwareScaleContext()
  scaler.getContext(width, height, AV_PIX_FMT_RGBA, width, height, AV_PIX_FMT_YUV420P, SWS_POINT)
  const source = videoFrame(width, height, AV_PIX_FMT_RGBA)
  const target = videoFrame(width, height, AV_PIX_FMT_YUV420P)
  const packet = new Packet()
  packet.alloc()

  return {
    context,
    encode(pixels, index) {
      FFmpegError.throwIfError(source.makeWritable(), 'frame')
      FFmpegError.throwIfError(
        source.fromBuffer(Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength)),
        'frame',
      )
      FFmpegError.throwIfError(target.makeWritable(), 'frame')
      FFmpegError.throwIfError(scaler.scaleFrameSync(target, source), 'colours')
      target.pts = BigInt(index)
      target.pictType = index % group === 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
      FFmpegError.throwIfError(context.sendFrameSync(target), 'encode')
      return context.receivePacketSync(packet) >= 0 ? [packet] : []
    },
    close() {
      source.free()
      target.free()
      packet.free()
      scaler.freeContext()
      context.freeContext()
    },
  }
}

function videoFrame(width: number, height: number, format: number): Frame {
  const frame = new Frame()
  frame.alloc()
  frame.width = width
  frame.height = height
  frame.format = format as never
  FFmpegError.throwIfError(frame.getBuffer(), 'frame')
  return frame
}
