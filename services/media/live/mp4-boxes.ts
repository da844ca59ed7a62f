// Boxes of ISO base media files (ISO/IEC 14496-12), as far as a fragmented file with one video track needs them. Pure.
import type { NalCodec } from '../rtsp/nal-units.ts'
import { roleOf } from '../rtsp/nal-units.ts'
import type { PictureFormat } from '../rtsp/picture-format.ts'

export const box = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const size = 8 + parts.reduce((sum, { length }) => sum + length, 0)
  return Buffer.concat([u32(size), Buffer.from(type, 'latin1'), ...parts], size)
}
export const fullBox = (type: string, version: number, flags: number, ...parts: readonly Buffer[]): Buffer =>
  box(type, u32(version * 2 ** 24 + flags), ...parts)

export const u8 = (...values: readonly number[]): Buffer => Buffer.from(values)
export const u16 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index)
  return bytes
}
export const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index)
  return bytes
}
export const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

/** unity matrix of mvhd and tkhd, 16.16 and 2.30 fixed point */
const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
const trackId = 1

export interface VideoTrack {
  readonly codec: NalCodec
  readonly format: PictureFormat
  /** SPS, PPS (VPS for H.265) */
  readonly parameterSets: readonly Buffer[]
  /** units a second of all times */
  readonly timeScale: number
}

/** What comes before the fragments: ftyp and moov. */
export function initialisation(track: VideoTrack): Buffer {
  const { width, height } = track.format
  const none = u32(0)
  const stbl = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), sampleEntry(track)),
    ...['stts', 'stsc'].map((type) => fullBox(type, 0, 0, none)),
    fullBox('stsz', 0, 0, none, none),
    fullBox('stco', 0, 0, none),
  )
  const minf = box(
    'minf',
    fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)),
    box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1))),
    stbl,
  )
  const mdia = box(
    'mdia',
    fullBox('mdhd', 0, 0, u32(0, 0, track.timeScale, 0), u16(0x55c4, 0)),
    fullBox('hdlr', 0, 0, u32(0), Buffer.from('vide', 'latin1'), u32(0, 0, 0), Buffer.from('video\0', 'latin1')),
    minf,
  )
  const tkhd = fullBox(
    'tkhd',
    0,
    3,
    u32(0, 0, trackId, 0, 0, 0, 0),
    u16(0, 0, 0, 0),
    matrix,
    u32(width * 65_536, height * 65_536),
  )
  const mvhd = fullBox(
    'mvhd',
    0,
    0,
    u32(0, 0, track.timeScale, 0, 0x10000),
    u16(0x100, 0),
    u32(0, 0),
    matrix,
    u32(0, 0, 0, 0, 0, 0, 2),
  )
  const mvex = box('mvex', fullBox('trex', 0, 0, u32(trackId, 1, 0, 0, 0)))
  const brands = Buffer.from('iso6mp41dash', 'latin1')
  return Buffer.concat([
    box('ftyp', Buffer.from('iso6', 'latin1'), u32(1), brands),
    box('moov', mvhd, box('trak', tkhd, mdia), mvex),
  ])
}

export interface Sample {
  /** NAL units, without parameter sets */
  readonly units: readonly Buffer[]
  readonly key: boolean
  /** in units of the time scale, from the track's beginning */
  readonly decodeTime: number
  /** presentation minus decode time; may be negative */
  readonly offset: number
  readonly duration: number
}

/** flags of a sample that depends on none, and of one that does */
const [syncSample, otherSample] = [0x0200_0000, 0x0101_0000]

/** One picture as a fragment of its own: moof and mdat. */
export function fragment(sequence: number, { units, key, decodeTime, offset, duration }: Sample): Buffer {
  const data = Buffer.concat(units.flatMap((unit) => [u32(unit.length), unit]))
  const moof = (dataOffset: number) =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(sequence)),
      box(
        'traf',
        fullBox('tfhd', 0, 0x02_0000, u32(trackId)),
        fullBox('tfdt', 1, 0, u64(decodeTime)),
        // version 1: signed offsets; data offset, and for each sample its duration, size, flags and offset
        fullBox('trun', 1, 0xf01, u32(1, dataOffset, duration, data.length, key ? syncSample : otherSample, offset)),
      ),
    )
  return Buffer.concat([moof(moof(0).length + 8), box('mdat', data)])
}

/** avc1 or hvc1 (ISO/IEC 14496-15). */
function sampleEntry(track: VideoTrack): Buffer {
  const { codec, format } = track
  const record = codec === 'H264' ? box('avcC', avcRecord(track)) : box('hvcC', hevcRecord(track))
  return box(
    codec === 'H264' ? 'avc1' : 'hvc1',
    u16(0, 0, 0, 1, 0, 0),
    u32(0, 0, 0),
    u16(format.width, format.height),
    u32(0x48_0000, 0x48_0000, 0),
    u16(1),
    Buffer.alloc(32),
    u16(24, 0xffff),
    record,
  )
}

const prefixed = (sets: readonly Buffer[]) => sets.flatMap((set) => [u16(set.length), set])

function avcRecord({ format, parameterSets }: VideoTrack): Buffer {
  const [sps, pps] = (['sps', 'pps'] as const).map((role) =>
    parameterSets.filter((set) => roleOf('H264', set) === role),
  )
  const high = [100, 110, 122, 144].includes(format.profile[0] ?? 0)
  return Buffer.concat([
    u8(1),
    format.profile,
    u8(0xff, 0xe0 | (sps?.length ?? 0)),
    ...prefixed(sps ?? []),
    u8(pps?.length ?? 0),
    ...prefixed(pps ?? []),
    ...(high ? [u8(0xfc | format.chroma, 0xf8 | (format.depths[0] - 8), 0xf8 | (format.depths[1] - 8), 0)] : []),
  ])
}

function hevcRecord({ format, parameterSets }: VideoTrack): Buffer {
  const types = { vps: 32, sps: 33, pps: 34 } as const
  const arrays = (['vps', 'sps', 'pps'] as const).flatMap((role) => {
    const sets = parameterSets.filter((set) => roleOf('H265', set) === role)
    return [u8(0x80 | types[role]), u16(sets.length), ...prefixed(sets)]
  })
  return Buffer.concat([
    u8(1),
    format.profile,
    u16(0xf000),
    u8(0xfc, 0xfc | format.chroma, 0xf8 | (format.depths[0] - 8), 0xf8 | (format.depths[1] - 8)),
    u16(0),
    // constant frame rate unknown, one temporal layer, nested, lengths of 4 bytes
    u8(0x0f, 3),
    ...arrays,
  ])
}
