// Cameras that send JPEGs: their pictures as an H.264 stream on our RTSP server, each a key picture, so that live view plays them like any other.
import {
  AV_PICTURE_TYPE_I,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  Codec,
  CodecContext,
  Dictionary,
  Frame,
  Packet,
  Rational,
  SoftwareScaleContext,
  SWS_BILINEAR,
} from 'node-av'
import { FF_ENCODER_LIBX264 } from 'node-av/constants'
import { AppError } from '../../contracts/errors.ts'
import type { Pixels } from '../../contracts/frames.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { RtspServer } from '../rtsp-server/rtsp-server.ts'
import { publishUnits, type UnitPublication } from './live-relay.ts'

export interface PictureRelay {
  /** Encodes and publishes it, if someone watches or the last one is old; one that comes while another is encoded is left out. */
  show(picture: () => Promise<Pixels>): Promise<void>
  close(): void
}

/** without watchers a picture is still encoded this often, so that one who comes sees something at once */
const idleSeconds = 10
const mostWidth = 1280

/** Nothing happens before the first picture. */
export function createPictureRelay(
  { clock, server }: { readonly clock: Clock; readonly server: Pick<RtspServer, 'publish' | 'streams'> },
  path: string,
): PictureRelay {
  let encoder: Awaited<ReturnType<typeof openEncoder>> | undefined
  let publication: UnitPublication | undefined
  let lastAt = Number.NEGATIVE_INFINITY
  let encoding: Promise<void> | undefined
  let closed = false

  const letGo = () => {
    publication?.giveUp()
    publication = undefined
    encoder?.close()
    encoder = undefined
  }

  const encode = async (picture: Pixels, now: number) => {
    const size = `${picture.width}x${picture.height}`
    if (encoder?.size !== size) {
      letGo()
      encoder = await openEncoder(picture)
    }
    const data = await encoder.encode(picture)
    publication ??= publishUnits(server, path, { codec: 'h264', extraData: undefined })
    publication?.picture(data, now, now)
    lastAt = now
  }

  return {
    async show(picture) {
      const now = clock.monotonic()
      const watched = (server.streams.get(path)?.players ?? 0) > 0
      if (encoding || closed || (!watched && now - lastAt < idleSeconds * 1000)) return
      encoding = picture().then((pixels) => encode(pixels, now))
      await encoding.finally(() => {
        encoding = undefined
        if (closed) letGo()
      })
    },
    close() {
      closed = true
      if (!encoding) letGo()
    },
  }
}

/** Even sizes, as 4:2:0 demands, and not larger than a tile needs. */
function sizeFor({ width, height }: Pixels): { width: number; height: number } {
  const scale = Math.min(1, mostWidth / width)
  const even = (value: number) => Math.max(2, 2 * Math.floor((value * scale) / 2))
  return { width: even(width), height: even(height) }
}

async function openEncoder(picture: Pixels) {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264)
  if (!codec) throw new AppError('QLY_INTERNAL', 'this FFmpeg has no H.264 encoder')
  const { width, height } = sizeFor(picture)
  const context = new CodecContext()
  context.allocContext3(codec)
  Object.assign(context, {
    width,
    height,
    timeBase: new Rational(1, 1000),
    pixelFormat: AV_PIX_FMT_YUV420P,
    gopSize: 1,
    maxBFrames: 0,
    threadCount: 1,
  })
  const options = {
    preset: 'ultrafast',
    tune: 'zerolatency',
    crf: '26',
    'x264-params': 'repeat-headers=1:log-level=none',
  }
  must(await context.open2(codec, Dictionary.fromObject(options)), 'open the encoder')
  const scaler = new SoftwareScaleContext()
  scaler.getContext(picture.width, picture.height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, SWS_BILINEAR)
  const frame = new Frame()
  const packet = new Packet()
  packet.alloc()
  let number = 0n
  return {
    size: `${picture.width}x${picture.height}`,
    async encode({ width: across, height: down, rgb }: Pixels): Promise<Buffer> {
      const buffer = Buffer.from(rgb.buffer, rgb.byteOffset, rgb.byteLength)
      const source = Frame.fromVideoBuffer(buffer, {
        width: across,
        height: down,
        format: AV_PIX_FMT_RGB24,
        timeBase: { num: 1, den: 1000 },
      })
      try {
        frame.alloc()
        Object.assign(frame, { width, height, format: AV_PIX_FMT_YUV420P, pts: number++, pictType: AV_PICTURE_TYPE_I })
        must(frame.getBuffer(), 'make room')
        must(await scaler.scaleFrame(frame, source), 'convert the picture')
        must(await context.sendFrame(frame), 'encode')
        must(await context.receivePacket(packet), 'encode')
        return Buffer.from(packet.data ?? [])
      } finally {
        packet.unref()
        frame.unref()
        source.free()
      }
    },
    close() {
      frame.free()
      packet.free()
      scaler.freeContext()
      context.freeContext()
    },
  }
}

function must(code: number, step: string): void {
  if (code < 0) throw new AppError('QLY_STREAM_UNREADABLE', `a picture cannot be shown live (${step}: ${code})`)
}
