// One segment on the disk: fragmented MP4 (ISO/IEC 14496-12), written fragment by fragment, so that whatever is on the disk can be played at any moment.
// Coded pictures and sound go in as they came: nothing is encoded.
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  AV_CHANNEL_ORDER_NATIVE,
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  Dictionary,
  FFmpegError,
  FormatContext,
  Packet,
  Rational,
} from 'node-av'
import { AppError } from '../../contracts/errors.ts'
import type { CodedAudio } from '../../contracts/packets.ts'

export interface StreamParameters {
  readonly codec: 'h264' | 'hevc'
  readonly extraData: Buffer
  readonly width: number
  readonly height: number
  readonly audio: CodedAudio | undefined
}

/** A coded frame with its place in the file: ms from its start. */
export interface PlacedFrame {
  readonly track: 'video' | 'audio'
  readonly bytes: Buffer
  readonly key: boolean
  readonly shownMs: number
  readonly decodeMs: number
  readonly durationMs: number
}

export interface MediaFile {
  /** Puts frames in; they reach the disk with the next flush. In order of decoding within each track. */
  write(frames: readonly PlacedFrame[]): void
  /** Ends a fragment: all that was written is on the disk (in the page cache) when it resolves. Fragmented files only. */
  flush(): Promise<void>
  /** Ends the file; durable when it resolves. */
  close(): Promise<void>
}

const ticks = 90 // per ms: the 90 kHz of RTP and MPEG

/** `fragmented`: a segment that grows; else a clip with its index in front (faststart). QLY_STORAGE_FULL, QLY_STORAGE_UNAVAILABLE. */
export async function createMediaFile(
  path: string,
  parameters: StreamParameters,
  { fragmented }: { fragmented: boolean },
): Promise<MediaFile> {
  const output = new FormatContext()
  const packet = new Packet()
  const must = (code: number, step: string) => {
    if (code < 0) throw writeError(code, `${path}: cannot ${step}`)
  }
  let freed = false
  const free = () => {
    if (freed) return
    freed = true
    packet.free()
    output.freeContext()
  }
  const rates = { video: ticks, audio: ticks }
  try {
    must(output.allocOutputContext2(null, 'mp4', path), 'make an MP4')
    packet.alloc()
    const video = output.newStream()
    video.codecpar.codecType = AVMEDIA_TYPE_VIDEO
    video.codecpar.codecId = parameters.codec === 'h264' ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC
    // browsers and Apple play hvc1 only (parameter sets in the header), and FFmpeg's own choice is hev1
    if (parameters.codec === 'hevc') video.codecpar.codecTag = 'hvc1'
    video.codecpar.width = parameters.width
    video.codecpar.height = parameters.height
    video.codecpar.extradata = parameters.extraData
    video.timeBase = new Rational(1, ticks * 1000)
    const { audio } = parameters
    const sound = audio && output.newStream()
    if (audio && sound) {
      sound.codecpar.codecType = AVMEDIA_TYPE_AUDIO
      sound.codecpar.codecId = AV_CODEC_ID_AAC
      sound.codecpar.sampleRate = audio.sampleRate
      sound.codecpar.channelLayout = audio.channels > 1 ? stereo : mono
      sound.codecpar.frameSize = 1024
      sound.codecpar.extradata = audio.extraData
      sound.timeBase = new Rational(1, audio.sampleRate)
    }
    must(await output.openOutput(), 'open it')
    // frag_discont and the last two options: a track whose first frame is not at zero, as sound, stays where it is
    const flags = fragmented ? '+empty_moov+default_base_moof+frag_custom+skip_trailer+frag_discont' : '+faststart'
    // without flush_packets fragments wait in a buffer; without the others all is moved so that the first packet is at zero
    const options = {
      movflags: flags,
      ...(fragmented ? { flush_packets: '1', avoid_negative_ts: 'disabled', use_editlist: '0' } : {}),
    }
    must(await output.writeHeader(Dictionary.fromObject(options)), 'write its header')
    rates.video = video.timeBase.den / video.timeBase.num / 1000
    if (sound) rates.audio = sound.timeBase.den / sound.timeBase.num / 1000
  } catch (error) {
    free()
    throw error
  }

  return {
    write(frames) {
      for (const frame of frames) {
        const rate = rates[frame.track]
        packet.data = frame.bytes
        packet.streamIndex = frame.track === 'video' ? 0 : 1
        packet.pts = BigInt(Math.round(frame.shownMs * rate))
        packet.dts = BigInt(Math.round(frame.decodeMs * rate))
        packet.duration = BigInt(Math.round(frame.durationMs * rate))
        packet.isKeyframe = frame.key
        // into memory: the fragment goes to the disk with flush()
        const code = fragmented ? output.writeFrameSync(packet) : output.interleavedWriteFrameSync(packet)
        packet.unref()
        must(code, 'take a frame')
      }
    },
    async flush() {
      must(await output.writeFrame(null), 'write a fragment')
    },
    async close() {
      try {
        must(await output.writeTrailer(), 'end it')
        await output.closeOutput()
      } finally {
        free()
      }
      await makeDurable(path)
    },
  }
}

const mono = { nbChannels: 1, order: AV_CHANNEL_ORDER_NATIVE, mask: 4n }
const stereo = { nbChannels: 2, order: AV_CHANNEL_ORDER_NATIVE, mask: 3n }

/** Flushes a file and its folder's entry, so that it is there after a power cut. */
async function makeDurable(path: string): Promise<void> {
  for (const place of [path, dirname(path)]) {
    const handle = await open(place, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}

function writeError(code: number, what: string): AppError {
  const reason = FFmpegError.strerror(code)
  // FFmpeg gives the system's own numbers, negative: ENOSPC 28, EDQUOT 122
  const full = code === -28 || code === -122
  const broken = /invalid (data|argument)/i.test(reason)
  return new AppError(
    full ? 'QLY_STORAGE_FULL' : broken ? 'QLY_STREAM_UNREADABLE' : 'QLY_STORAGE_UNAVAILABLE',
    `${what}: ${reason}`,
  )
}
