// RTP payloads of AAC (RFC 3640, MPEG4-GENERIC, modes AAC-hbr and AAC-lbr) → coded frames with their timestamps. Pure; never throws.
import type { CodedAudio } from '../../contracts/packets.ts'
import type { RtpPacket } from '../rtsp/rtp.ts'
import { formatParameters, type Track } from '../rtsp/session-description.ts'

export interface AacFormat {
  readonly audio: CodedAudio
  /** units of the RTP clock from one frame to the next */
  readonly step: number
  readonly sizeBits: number
  readonly indexBits: number
  readonly deltaBits: number
}

export interface AacFrame {
  /** raw, without ADTS header */
  readonly bytes: Buffer
  /** RTP timestamp */
  readonly timestamp: number
}

export interface AacReader {
  /** The frames that this packet completes. */
  push(packet: RtpPacket): AacFrame[]
}

/** samples of a frame; what SBR adds counts at the rate of the core (ISO/IEC 14496-3 §4.5.2.8) */
const frameSamples = 1024
/** a frame of eight channels has at most 6144 bits each */
const maximumFrameBytes = 8192
/** ISO/IEC 14496-3 table 1.18, Hz */
const sampleRates = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350]

/** How to read this track; undefined for sound that is no AAC, or interleaved in a way that no camera uses. */
export function readAacFormat(track: Pick<Track, 'kind' | 'codec' | 'clockRate' | 'format'>): AacFormat | undefined {
  if (track.kind !== 'audio' || track.codec !== 'MPEG4-GENERIC') return undefined
  const parameters = formatParameters(track.format)
  if (!/^aac-[hl]br$/i.test(parameters.get('mode') ?? '')) return undefined
  const config = Buffer.from(parameters.get('config') ?? '', 'hex')
  const described = readAudioConfig(config)
  const bits = (name: string) => Number(parameters.get(name) ?? 0)
  const [sizeBits, indexBits, deltaBits] = [bits('sizelength'), bits('indexlength'), bits('indexdeltalength')]
  const sane = [sizeBits, indexBits, deltaBits].every((count) => Number.isInteger(count) && count >= 0 && count <= 16)
  if (!described || !sane || sizeBits === 0) return undefined
  return {
    audio: { codec: 'aac', extraData: config, ...described },
    step: Math.round((frameSamples * track.clockRate) / described.sampleRate),
    sizeBits,
    indexBits,
    deltaBits,
  }
}

export function createAacReader({ step, sizeBits, indexBits, deltaBits }: AacFormat): AacReader {
  /** a frame that comes in several packets of one timestamp */
  let part: { readonly timestamp: number; readonly size: number; bytes: Buffer; sequence: number } | undefined

  return {
    push({ payload, timestamp, sequence }) {
      if (payload.length < 2) return []
      const headerBits = payload.readUInt16BE(0)
      const from = 2 + Math.ceil(headerBits / 8)
      if (headerBits < sizeBits || from > payload.length) return []
      let data = payload.subarray(from)
      const sizes: number[] = []
      for (let at = 0, width = indexBits; at + sizeBits + width <= headerBits; width = deltaBits) {
        sizes.push(bitsAt(payload, 16 + at, sizeBits))
        at += sizeBits + width
      }
      const [size = 0] = sizes
      if (sizes.length === 1 && size > data.length) {
        const follows =
          part?.timestamp === timestamp && part.size === size && part.sequence === ((sequence - 1) & 0xffff)
        if (size > maximumFrameBytes) return []
        part = { timestamp, size, bytes: follows && part ? Buffer.concat([part.bytes, data]) : data, sequence }
        if (part.bytes.length < size) return []
        const whole = part.bytes.subarray(0, size)
        part = undefined
        return [{ bytes: whole, timestamp }]
      }
      part = undefined
      const frames: AacFrame[] = []
      for (const [n, length] of sizes.entries()) {
        if (length === 0 || length > data.length) break
        frames.push({ bytes: data.subarray(0, length), timestamp: (timestamp + n * step) >>> 0 })
        data = data.subarray(length)
      }
      return frames
    },
  }
}

/** AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1): rate of the core and channels. */
function readAudioConfig(config: Buffer): { sampleRate: number; channels: number } | undefined {
  if (config.length < 2 || config.length > 64) return undefined
  let at = 0
  const take = (count: number) => {
    at += count
    return at <= config.length * 8 ? bitsAt(config, at - count, count) : 0
  }
  if (take(5) === 31) take(6)
  const index = take(4)
  const sampleRate = index === 15 ? take(24) : (sampleRates[index] ?? 0)
  const channels = take(4)
  // 7 stands for eight channels; 0 says it elsewhere, as no camera does
  if (sampleRate < 7350 || sampleRate > 96_000 || channels < 1 || channels > 7) return undefined
  return { sampleRate, channels: channels === 7 ? 8 : channels }
}

function bitsAt(bytes: Buffer, from: number, count: number): number {
  let value = 0
  for (let at = from; at < from + count; at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1)
  return value
}
