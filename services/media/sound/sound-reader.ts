// The sound of an RTSP track as AAC frames: AAC as it comes (RFC 3640), G.711 (RFC 3551) coded anew. What else cameras send is left out, and said.
import type { CodedAudio } from '../../contracts/packets.ts'
import { type RtpPacket, timestampDifference } from '../rtsp/rtp.ts'
import type { Track } from '../rtsp/session-description.ts'
import { type AacFrame, createAacReader, readAacFormat } from '../rtsp-client/aac-frames.ts'
import { aacSamples, createAacEncoder } from './aac-encoder.ts'
import { decodeG711, type G711Law } from './g711.ts'

export interface SoundReader {
  readonly audio: CodedAudio
  /** The frames that this packet completes; timestamps in the track's clock. */
  push(packet: RtpPacket): AacFrame[]
  close(): void
}

const laws: Readonly<Record<string, G711Law>> = { PCMA: 'a', PCMU: 'mu' }
/** AAC knows these of the rates at which cameras send G.711 */
const rates: readonly number[] = [8000, 16_000]

/** Whether a reader can be made for it. */
export const canHear = (track: Pick<Track, 'kind' | 'codec' | 'clockRate' | 'format' | 'map'>): boolean =>
  readAacFormat(track) !== undefined || lawOf(track) !== undefined

/** Undefined for sound that is not passed on. */
export function createSoundReader(track: Track): SoundReader | undefined {
  const format = readAacFormat(track)
  if (format) return { audio: format.audio, push: createAacReader(format).push, close() {} }
  const law = lawOf(track)
  return law && createG711Reader(law, track.clockRate)
}

/** One channel only: two are never seen, and would be told by `/2` behind the rate. */
function lawOf({ kind, codec, clockRate, map }: Pick<Track, 'kind' | 'codec' | 'clockRate' | 'map'>) {
  const channels = map.split('/')[2] ?? '1'
  return kind === 'audio' && rates.includes(clockRate) && channels === '1' ? laws[codec] : undefined
}

/** A hole of at most this is filled with silence; after a longer one, or a jump back, the sound begins anew. */
const longestHoleSeconds = 1
/** a packet of a second and more is no packet of sound */
const mostSamples = 16_000

function createG711Reader(law: G711Law, rate: number): SoundReader {
  let encoder = createAacEncoder(rate)
  const { extraData } = encoder
  /** samples that wait for the frame to be whole, and the timestamp of the first of them */
  let waiting = new Float32Array(0)
  let first: number | undefined
  /** of the encoder: place 0 was this timestamp */
  let origin = 0
  let place = 0

  const beginAnew = (timestamp: number) => {
    if (first !== undefined) {
      encoder.close()
      encoder = createAacEncoder(rate)
    }
    waiting = new Float32Array(0)
    first = timestamp
    origin = timestamp
    place = 0
  }

  return {
    audio: { codec: 'aac', extraData, sampleRate: rate, channels: 1 },
    push({ payload, timestamp }) {
      if (payload.length === 0 || payload.length > mostSamples) return []
      const hole = first === undefined ? 0 : timestampDifference(first + waiting.length, timestamp)
      if (first === undefined || Math.abs(hole) > longestHoleSeconds * rate) beginAnew(timestamp)
      // the same again, or late
      else if (hole < 0) return []
      else if (hole > 0) waiting = joined(waiting, new Float32Array(hole))
      waiting = joined(waiting, decodeG711(law, payload))
      const frames: AacFrame[] = []
      while (waiting.length >= aacSamples) {
        for (const coded of encoder.encode(waiting.slice(0, aacSamples), place))
          if (coded.place >= 0) frames.push({ bytes: coded.bytes, timestamp: (origin + coded.place) >>> 0 })
        waiting = waiting.slice(aacSamples)
        place += aacSamples
        first = (origin + place) >>> 0
      }
      return frames
    },
    close: () => encoder.close(),
  }
}

function joined(before: Float32Array, after: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(before.length + after.length)
  both.set(before)
  both.set(after, before.length)
  return both
}
