// Test material: short clips with moving test pictures, encoded by node-av, so that unit tests need no file and no program from outside.
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_ERROR,
  AV_PICTURE_TYPE_NONE,
  Codec,
  CodecContext,
  Dictionary,
  FFmpegError,
  FilterGraph,
  FormatContext,
  Frame,
  Log,
  Packet,
  Rational,
} from 'node-av'
import type { FFEncoderCodec } from 'node-av/constants'

export interface ClipOptions {
  readonly seconds: number
  readonly fps: number
  readonly width: number
  readonly height: number
  /** frames from key frame to key frame; default: one second */
  readonly group?: number
  readonly codec?: 'libx264' | 'libx265' | 'mpeg4' | 'mjpeg'
  /** FFmpeg source filter with size and rate left out; default testsrc2 */
  readonly picture?: string
  /** FFmpeg filters on the picture */
  readonly filters?: string
  /** more options of the encoder */
  readonly encoder?: Readonly<Record<string, string>>
}

/** Encodes a clip to a file (format by its extension), or publishes it to an rtsp:// address as fast as the server takes it, or at its own speed. */
export async function makeClip(target: string, options: ClipOptions & { readonly realTime?: boolean }): Promise<void> {
  const { width, height, fps, seconds } = options
  Log.setLevel(AV_LOG_ERROR)
  const graph = new FilterGraph()
  graph.alloc()
  const source = options.picture ?? 'testsrc2'
  const separator = source.includes('=') ? ':' : '='
  check(
    graph.parse2(
      `${source}${separator}size=${width}x${height}:rate=${fps}${options.filters ? `,${options.filters}` : ''},format=yuv420p,buffersink@out`,
    ),
    'graph',
  )
  check(await graph.config(), 'graph')
  const sink = graph.getFilter('buffersink@out')
  const encoder = Codec.findEncoderByName((options.codec ?? 'libx264') as FFEncoderCodec)
  if (!sink || !encoder) throw new Error(`no ${options.codec} here`)

  const live = target.startsWith('rtsp')
  const output = new FormatContext()
  check(output.allocOutputContext2(null, live ? 'rtsp' : null, target), 'output')
  const context = new CodecContext()
  context.allocContext3(encoder)
  Object.assign(context, {
    width,
    height,
    timeBase: new Rational(1, fps),
    framerate: new Rational(fps, 1),
    pixelFormat: 0,
    gopSize: options.group ?? fps,
    maxBFrames: 0,
  })
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  const fast = options.codec === undefined || options.codec.startsWith('libx')
  const quiet: Record<string, string> = options.codec === 'libx265' ? { 'x265-params': 'log-level=none:pools=1' } : {}
  const settings: Record<string, string> = {
    ...(options.codec === 'mjpeg' ? { strict: 'unofficial' } : {}),
    ...(fast ? { preset: 'ultrafast', tune: 'zerolatency' } : {}),
    ...quiet,
    ...options.encoder,
  }
  check(await context.open2(encoder, Dictionary.fromObject(settings)), 'encoder')
  const stream = output.newStream()
  check(stream.codecpar.fromContext(context), 'parameters')
  stream.timeBase = new Rational(1, fps)
  if (!live) check(await output.openOutput(), 'open')
  check(await output.writeHeader(Dictionary.fromObject(live ? { rtsp_transport: 'tcp' } : {})), 'header')

  const began = performance.now()
  const packet = new Packet()
  packet.alloc()
  const drain = async () => {
    while (context.receivePacketSync(packet) >= 0) {
      packet.streamIndex = 0
      packet.duration = 1n
      packet.rescaleTs({ num: 1, den: fps }, stream.timeBase)
      check(await output.interleavedWriteFrame(packet), 'write')
    }
  }
  const frame = new Frame()
  frame.alloc()
  for (let index = 0; index < seconds * fps; index++) {
    check(await sink.buffersinkGetFrame(frame), 'frame')
    frame.pts = BigInt(index)
    frame.pictType = AV_PICTURE_TYPE_NONE
    check(await context.sendFrame(frame), 'encode')
    frame.unref()
    await drain()
    const wait = began + (index * 1000) / fps - performance.now()
    if (options.realTime && wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
  }
  await context.sendFrame(null)
  await drain()
  check(await output.writeTrailer(), 'trailer')
  if (!live) await output.closeOutput()
  output.freeContext()
  for (const resource of [frame, packet, graph]) resource.free()
  context.freeContext()
}

function check(code: number, step: string): void {
  FFmpegError.throwIfError(code, step)
}
