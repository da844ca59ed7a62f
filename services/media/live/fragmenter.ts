// Access units of H.264 or H.265, and AAC sound, → fragmented MP4 that MediaSource plays: one fragment a picture or frame of sound, so that nothing
// waits for the next. Pure.
import type { CodedAudio, CodedPacket } from '../../contracts/packets.ts'
import { splitUnits } from '../rtsp/nal-stream.ts'
import { type NalCodec, type NalRole, roleOf } from '../rtsp/nal-units.ts'
import { readPictureFormat } from '../rtsp/picture-format.ts'
import type { AccessUnit } from '../rtsp-client/access-units.ts'
import { fragment, initialisation } from './mp4-boxes.ts'
import { createSoundFragments } from './sound-fragments.ts'

export interface Piece {
  /** begin: ftyp and moov, what follows belongs to it; key: a picture at which playing can begin; picture: any other, or sound */
  readonly kind: 'begin' | 'key' | 'picture'
  readonly bytes: Buffer
  /** of `begin`: type and codec for MediaSource */
  readonly mediaType?: string
}

export interface Fragmenter {
  /**
   * Empty until the first key frame with its parameter sets. Begins anew when they change, and when sound comes or stays away.
   * `at`: event time, ms; needed where there is sound.
   */
  push(unit: AccessUnit, at?: number): Piece[]
  /** A frame of sound; empty before the first picture. */
  sound(frame: Pick<CodedPacket, 'bytes' | 'mediaMs' | 'at'>): Piece[]
}

const parameterRoles: readonly NalRole[] = ['vps', 'sps', 'pps']
const auxiliary = { H264: new Set([9]), H265: new Set([35]) }

/** `parameterSets`: those of the stream's description, used until the stream has its own. `timeScale`: of the units' timestamps, in Hz. */
export function createFragmenter(
  codec: NalCodec,
  parameterSets: readonly Buffer[],
  timeScale: number,
  audio?: CodedAudio,
): Fragmenter {
  const sets = new Map<NalRole, Buffer>(parameterSets.map((set) => [roleOf(codec, set), set]))
  let begun = ''
  let sequence = 0
  let lastTimestamp: number | undefined
  let presentation = 0
  let decoded = -1
  let duration = Math.round(timeScale / 25)
  const sounds = audio && createSoundFragments(audio)
  let heard = false

  const begin = (): Piece[] => {
    const current = parameterRoles.flatMap((role) => sets.get(role) ?? [])
    const hears = sounds?.expected(presentation / (timeScale / 1000)) ?? false
    const name = `${Buffer.concat(current).toString('base64')} ${hears}`
    if (name === begun) return []
    const sps = sets.get('sps')
    const format = sps && sets.has('pps') ? readPictureFormat(codec, sps) : undefined
    if (!format) return []
    begun = name
    heard = hears
    const bytes = initialisation({ codec, format, parameterSets: current, timeScale }, hears ? audio : undefined)
    const codecs = hears ? `${format.codecName}, ${soundName(audio)}` : format.codecName
    return [{ kind: 'begin', bytes, mediaType: `video/mp4; codecs="${codecs}"` }]
  }

  /** Decode times only grow; where pictures come out of order, presentation lies before or after them. */
  const times = (timestamp: number) => {
    presentation += lastTimestamp === undefined ? 0 : (timestamp - lastTimestamp) | 0
    lastTimestamp = timestamp
    const gap = presentation - decoded
    if (decoded >= 0 && gap > 0 && gap < timeScale) duration = gap
    decoded =
      gap > 0 ? Math.max(0, presentation) : decoded + Math.max(1, Math.min(duration, Math.round(timeScale / 25)))
    return { decodeTime: decoded, offset: presentation - decoded, duration }
  }

  return {
    push({ bytes, key, timestamp }, at) {
      const units = splitUnits(bytes, 'annex-b')
      const pictures: Buffer[] = []
      for (const unit of units) {
        const role = roleOf(codec, unit)
        if (parameterRoles.includes(role)) sets.set(role, Buffer.from(unit))
        else if (!auxiliary[codec].has(typeOf(codec, unit))) pictures.push(unit)
      }
      const pieces = key ? begin() : []
      if (begun === '' || pictures.length === 0) return pieces
      const placed = times(timestamp)
      if (at !== undefined) sounds?.picture(at, presentation / (timeScale / 1000))
      const sample = fragment(++sequence, { units: pictures, key, ...placed })
      return [...pieces, { kind: key ? 'key' : 'picture', bytes: sample }]
    },
    sound(frame) {
      const bytes = sounds?.frame(frame, sequence + 1)
      if (!bytes || !heard) return []
      sequence++
      return [{ kind: 'picture', bytes }]
    },
  }
}

/** RFC 6381: the object type in the first five bits of its configuration (31: six more). */
const soundName = (audio: CodedAudio | undefined): string => `mp4a.40.${(audio?.extraData[0] ?? 0x10) >> 3}`

const typeOf = (codec: NalCodec, unit: Buffer): number =>
  codec === 'H264' ? (unit[0] ?? 0) & 0x1f : ((unit[0] ?? 0) >> 1) & 0x3f
