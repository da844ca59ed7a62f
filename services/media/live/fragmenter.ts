// Access units of H.264 or H.265 → fragmented MP4 that MediaSource plays: one fragment a picture, so that nothing waits for the next. Pure.
import { splitUnits } from '../rtsp/nal-stream.ts'
import { type NalCodec, type NalRole, roleOf } from '../rtsp/nal-units.ts'
import { readPictureFormat } from '../rtsp/picture-format.ts'
import type { AccessUnit } from '../rtsp-client/access-units.ts'
import { fragment, initialisation } from './mp4-boxes.ts'

export interface Piece {
  /** begin: ftyp and moov, what follows belongs to it; key: a picture at which playing can begin */
  readonly kind: 'begin' | 'key' | 'picture'
  readonly bytes: Buffer
  /** of `begin`: type and codec for MediaSource */
  readonly mediaType?: string
}

export interface Fragmenter {
  /** Empty until the first key frame with its parameter sets. Begins anew when they change. */
  push(unit: AccessUnit): Piece[]
}

const parameterRoles: readonly NalRole[] = ['vps', 'sps', 'pps']
const auxiliary = { H264: new Set([9]), H265: new Set([35]) }

/** `parameterSets`: those of the stream's description, used until the stream has its own. `timeScale`: of the units' timestamps, in Hz. */
export function createFragmenter(codec: NalCodec, parameterSets: readonly Buffer[], timeScale: number): Fragmenter {
  const sets = new Map<NalRole, Buffer>(parameterSets.map((set) => [roleOf(codec, set), set]))
  let begun = ''
  let sequence = 0
  let lastTimestamp: number | undefined
  let presentation = 0
  let decoded = -1
  let duration = Math.round(timeScale / 25)

  const begin = (): Piece[] => {
    const current = parameterRoles.flatMap((role) => sets.get(role) ?? [])
    const name = Buffer.concat(current).toString('base64')
    if (name === begun) return []
    const sps = sets.get('sps')
    const format = sps && sets.has('pps') ? readPictureFormat(codec, sps) : undefined
    if (!format) return []
    begun = name
    const bytes = initialisation({ codec, format, parameterSets: current, timeScale })
    return [{ kind: 'begin', bytes, mediaType: `video/mp4; codecs="${format.codecName}"` }]
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
    push({ bytes, key, timestamp }) {
      const units = splitUnits(bytes, 'annex-b')
      const pictures: Buffer[] = []
      for (const unit of units) {
        const role = roleOf(codec, unit)
        if (parameterRoles.includes(role)) sets.set(role, Buffer.from(unit))
        else if (!auxiliary[codec].has(typeOf(codec, unit))) pictures.push(unit)
      }
      const pieces = key ? begin() : []
      if (begun === '' || pictures.length === 0) return pieces
      const sample = fragment(++sequence, { units: pictures, key, ...times(timestamp) })
      return [...pieces, { kind: key ? 'key' : 'picture', bytes: sample }]
    },
  }
}

const typeOf = (codec: NalCodec, unit: Buffer): number =>
  codec === 'H264' ? (unit[0] ?? 0) & 0x1f : ((unit[0] ?? 0) >> 1) & 0x3f
