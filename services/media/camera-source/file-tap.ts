// What recorders and live viewers are given of a file that plays as a camera: its video, and its sound if that is AAC.
import {
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_KEY,
  AVMEDIA_TYPE_AUDIO,
  type FormatContext,
  type Packet,
} from 'node-av'
import type { CodedStream, PacketSink } from '../../contracts/packets.ts'
import { createFileClock } from './event-clock.ts'

export interface FileTap {
  take(packet: Packet): void
  /** the file begins again: a new time line */
  rewind(): void
}

/** `startedAt`: event time of its start. Undefined for codecs that are not passed on. */
export function tapFile(
  sink: PacketSink,
  file: FormatContext,
  videoIndex: number,
  startedAt: number,
): FileTap | undefined {
  const video = file.streams[videoIndex]
  const codec =
    video?.codecpar.codecId === AV_CODEC_ID_H264
      ? 'h264'
      : video?.codecpar.codecId === AV_CODEC_ID_HEVC
        ? 'hevc'
        : undefined
  if (!video || !codec) return undefined
  const sound = soundOf(file)
  const { width, height } = video.codecpar
  const stream: CodedStream = {
    codec,
    extraData: video.codecpar.extradata ?? undefined,
    size: width > 0 && height > 0 ? { width, height } : undefined,
    audio: sound?.audio,
  }
  const [videoRate, audioRate] = [video.timeBase, sound?.timeBase].map((base) =>
    base ? (1000 * base.num) / base.den : 0,
  )
  // its own: packets run ahead of the decoded pictures, for which the input keeps another
  const clock = createFileClock(startedAt)
  // event time − media time, so far by video; sound goes by it
  let offset: number | undefined
  sink.begin(stream)
  return {
    take(packet) {
      if (packet.streamIndex === videoIndex) {
        if (packet.pts === AV_NOPTS_VALUE || !packet.data) return
        const mediaMs = Number(packet.pts) * (videoRate ?? 0)
        const at = clock.timeOf(mediaMs / 1000)
        offset = at - mediaMs
        sink.take({
          track: 'video',
          bytes: Buffer.from(packet.data),
          key: (packet.flags & AV_PKT_FLAG_KEY) !== 0,
          mediaMs,
          ...(packet.dts === AV_NOPTS_VALUE ? {} : { decodeMs: Number(packet.dts) * (videoRate ?? 0) }),
          at,
        })
      } else if (packet.streamIndex === sound?.index && offset !== undefined && packet.data) {
        const mediaMs = Number(packet.pts) * (audioRate ?? 0)
        sink.take({ track: 'audio', bytes: Buffer.from(packet.data), key: true, mediaMs, at: mediaMs + offset })
      }
    },
    rewind() {
      clock.rewind()
      offset = undefined
      sink.end('begins again')
      sink.begin(stream)
    },
  }
}

function soundOf(file: FormatContext) {
  const stream = file.streams.find(
    ({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_AUDIO && codecpar.codecId === AV_CODEC_ID_AAC,
  )
  const extraData = stream?.codecpar.extradata
  if (!stream || !extraData) return undefined
  const { sampleRate, channels } = stream.codecpar
  return {
    index: stream.index,
    timeBase: stream.timeBase,
    audio: { codec: 'aac' as const, extraData, sampleRate, channels },
  }
}
