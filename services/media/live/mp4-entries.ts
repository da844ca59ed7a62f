// How a decoder is told what the samples are: H.264 and H.265 (ISO/IEC 14496-15), AAC (ISO/IEC 14496-14, 14496-1 §7.2.6). Pure.
import type { CodedAudio } from '../../contracts/packets.ts'
import { roleOf } from '../rtsp/nal-units.ts'
import { box, fullBox, u8, u16, u32 } from './mp4-box.ts'
import type { VideoTrack } from './mp4-boxes.ts'

/** mp4a, with its AudioSpecificConfig in an elementary stream descriptor. */
export function soundEntry({ extraData, sampleRate, channels }: CodedAudio): Buffer {
  const descriptor = (tag: number, ...parts: readonly Buffer[]) => {
    const content = Buffer.concat(parts)
    return Buffer.concat([u8(tag, 0x80, 0x80, 0x80, content.length), content])
  }
  // object type MPEG-4 audio, stream type audio; buffer and bit rates unknown
  const config = descriptor(4, u8(0x40, 0x15, 0, 0, 0), u32(0, 0), descriptor(5, extraData))
  const stream = descriptor(3, u16(0), u8(0), config, descriptor(6, u8(2)))
  return box(
    'mp4a',
    u16(0, 0, 0, 1),
    u32(0, 0),
    u16(channels, 16, 0, 0),
    u32(sampleRate < 65_536 ? sampleRate * 65_536 : 0),
    fullBox('esds', 0, 0, stream),
  )
}

/** avc1 or hvc1 (ISO/IEC 14496-15). */
export function sampleEntry(track: VideoTrack): Buffer {
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
