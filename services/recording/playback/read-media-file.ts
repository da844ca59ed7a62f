// Reads a video file as coded packets, in the order of decoding: segments for replay and clips, and whatever tests record from.
import {
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_HEVC,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_KEY,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  FFmpegError,
  FormatContext,
  Packet,
} from 'node-av'
import { AppError } from '../../contracts/errors.ts'
import type { StreamParameters } from '../segments/segment-file.ts'

/** A packet of a file; times in ms from its start. */
export interface FilePacket {
  readonly track: 'video' | 'audio'
  readonly bytes: Buffer
  readonly key: boolean
  readonly shownMs: number
  readonly decodeMs: number
  readonly durationMs: number
}

export interface OpenMediaFile {
  readonly parameters: StreamParameters
  /** Ends at the file's end, also a torn one. To be read once. */
  packets(): AsyncGenerator<FilePacket>
  close(): Promise<void>
}

/** QLY_STORAGE_CORRUPT if it cannot be read as H.264 or H.265 video. */
export async function openMediaFile(path: string): Promise<OpenMediaFile> {
  const context = new FormatContext()
  context.allocContext()
  const close = async () => {
    await context.closeInput()
  }
  try {
    for (const code of [await context.openInput(path), await context.findStreamInfo(null)]) {
      if (code < 0) throw corrupt(path, FFmpegError.strerror(code))
    }
    const index = context.findBestStream(AVMEDIA_TYPE_VIDEO)
    const video = index < 0 ? undefined : context.streams[index]
    const extraData = video?.codecpar.extradata
    if (!video || !extraData) throw corrupt(path, 'it has no video')
    const sound = context.streams.find(
      ({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_AUDIO && codecpar.codecId === AV_CODEC_ID_AAC,
    )
    const { width, height, codecId } = video.codecpar
    const config = sound?.codecpar.extradata
    const parameters: StreamParameters = {
      codec: codecId === AV_CODEC_ID_HEVC ? 'hevc' : 'h264',
      extraData,
      width,
      height,
      audio:
        sound && config
          ? {
              codec: 'aac',
              extraData: config,
              sampleRate: sound.codecpar.sampleRate,
              channels: sound.codecpar.channels,
            }
          : undefined,
    }
    return { parameters, packets: () => packetsOf(context, index, sound?.index), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function* packetsOf(
  context: FormatContext,
  video: number,
  audio: number | undefined,
): AsyncGenerator<FilePacket> {
  const packet = new Packet()
  packet.alloc()
  try {
    while ((await context.readFrame(packet)) >= 0) {
      const track = packet.streamIndex === video ? 'video' : packet.streamIndex === audio ? 'audio' : undefined
      const base = context.streams[packet.streamIndex]?.timeBase
      if (track && base && packet.data && packet.pts !== AV_NOPTS_VALUE) {
        const ms = (ticks: bigint) => (Number(ticks) * 1000 * base.num) / base.den
        yield {
          track,
          bytes: Buffer.from(packet.data),
          key: (packet.flags & AV_PKT_FLAG_KEY) !== 0,
          shownMs: ms(packet.pts),
          decodeMs: ms(packet.dts === AV_NOPTS_VALUE ? packet.pts : packet.dts),
          durationMs: ms(packet.duration),
        }
      }
      packet.unref()
    }
  } finally {
    packet.free()
  }
}

const corrupt = (path: string, reason: string) =>
  new AppError('QLY_STORAGE_CORRUPT', `${path} cannot be read: ${reason}`)
