// Boxes of ISO base media files (ISO/IEC 14496-12), as far as a fragmented file with a video track, and one of sound, needs them. Pure.
import type { CodedAudio } from '../../contracts/packets.ts'
import type { NalCodec } from '../rtsp/nal-units.ts'
import type { PictureFormat } from '../rtsp/picture-format.ts'
import { box, fullBox, u16, u32, u64 } from './mp4-box.ts'
import { sampleEntry, soundEntry } from './mp4-entries.ts'

/** unity matrix of mvhd and tkhd, 16.16 and 2.30 fixed point */
const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
/** Numbers of the tracks. */
export const [videoTrack, soundTrack] = [1, 2]

export interface VideoTrack {
  readonly codec: NalCodec
  readonly format: PictureFormat
  /** SPS, PPS (VPS for H.265) */
  readonly parameterSets: readonly Buffer[]
  /** units a second of all times */
  readonly timeScale: number
}

/** What comes before the fragments: ftyp and moov. The times of sound are in samples. */
export function initialisation(video: VideoTrack, sound?: CodedAudio): Buffer {
  const { width, height } = video.format
  const tracks = [
    trak({
      id: videoTrack,
      timeScale: video.timeScale,
      handler: 'vide',
      header: fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)),
      entry: sampleEntry(video),
      size: [width, height],
      volume: 0,
    }),
    ...(sound
      ? [
          trak({
            id: soundTrack,
            timeScale: sound.sampleRate,
            handler: 'soun',
            header: fullBox('smhd', 0, 0, u16(0, 0)),
            entry: soundEntry(sound),
            size: [0, 0],
            volume: 0x100,
          }),
        ]
      : []),
  ]
  const mvhd = fullBox(
    'mvhd',
    0,
    0,
    u32(0, 0, video.timeScale, 0, 0x10000),
    u16(0x100, 0),
    u32(0, 0),
    matrix,
    u32(0, 0, 0, 0, 0, 0, tracks.length + 1),
  )
  const defaults = tracks.map((_, index) => fullBox('trex', 0, 0, u32(index + 1, 1, 0, 0, 0)))
  const brands = Buffer.from('iso6mp41dash', 'latin1')
  return Buffer.concat([
    box('ftyp', Buffer.from('iso6', 'latin1'), u32(1), brands),
    box('moov', mvhd, ...tracks, box('mvex', ...defaults)),
  ])
}

interface TrackBoxes {
  readonly id: number
  readonly timeScale: number
  readonly handler: 'vide' | 'soun'
  /** vmhd or smhd */
  readonly header: Buffer
  readonly entry: Buffer
  readonly size: readonly [width: number, height: number]
  /** 8.8 fixed point */
  readonly volume: number
}

function trak({ id, timeScale, handler, header, entry, size: [width, height], volume }: TrackBoxes): Buffer {
  const none = u32(0)
  const stbl = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), entry),
    ...['stts', 'stsc'].map((type) => fullBox(type, 0, 0, none)),
    fullBox('stsz', 0, 0, none, none),
    fullBox('stco', 0, 0, none),
  )
  const data = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)))
  const name = Buffer.from(`${handler}\0`, 'latin1')
  const mdia = box(
    'mdia',
    fullBox('mdhd', 0, 0, u32(0, 0, timeScale, 0), u16(0x55c4, 0)),
    fullBox('hdlr', 0, 0, u32(0), Buffer.from(handler, 'latin1'), u32(0, 0, 0), name),
    box('minf', header, data, stbl),
  )
  const tkhd = fullBox(
    'tkhd',
    0,
    3,
    u32(0, 0, id, 0, 0, 0, 0),
    u16(0, 0, volume, 0),
    matrix,
    u32(width * 65_536, height * 65_536),
  )
  return box('trak', tkhd, mdia)
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
export function fragment(sequence: number, { units, key, ...times }: Sample): Buffer {
  const data = Buffer.concat(units.flatMap((unit) => [u32(unit.length), unit]))
  return wrap(sequence, videoTrack, data, { ...times, flags: key ? syncSample : otherSample })
}

/** One frame of sound as a fragment of its own; times in samples. */
export function soundFragment(sequence: number, data: Buffer, decodeTime: number, duration: number): Buffer {
  return wrap(sequence, soundTrack, data, { decodeTime, duration, offset: 0, flags: syncSample })
}

function wrap(
  sequence: number,
  track: number,
  data: Buffer,
  { decodeTime, duration, offset, flags }: Pick<Sample, 'decodeTime' | 'duration' | 'offset'> & { flags: number },
): Buffer {
  const moof = (dataOffset: number) =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(sequence)),
      box(
        'traf',
        fullBox('tfhd', 0, 0x02_0000, u32(track)),
        fullBox('tfdt', 1, 0, u64(decodeTime)),
        // version 1: signed offsets; data offset, and for each sample its duration, size, flags and offset
        fullBox('trun', 1, 0xf01, u32(1, dataOffset, duration, data.length, flags, offset)),
      ),
    )
  return Buffer.concat([moof(moof(0).length + 8), box('mdat', data)])
}
