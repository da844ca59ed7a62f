// NAL units into RTP packets and back; parameter sets read as encoders write them; garbage throws nothing.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { AVMEDIA_TYPE_VIDEO, FormatContext } from 'node-av'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAccessUnitReader } from '../rtsp-client/access-units.ts'
import { makeClip } from '../testing/make-clip.ts'
import { readCodecRecord, splitUnits } from './nal-stream.ts'
import { type NalCodec, roleOf } from './nal-units.ts'
import { createPacketiser } from './packetise.ts'
import { readPictureFormat } from './picture-format.ts'
import { readRtp } from './rtp.ts'

const codecs: NalCodec[] = ['H264', 'H265']
/** a key picture's unit of so many bytes; it ends with no zero, as none does */
const keyUnit = (codec: NalCodec, length: number) =>
  Buffer.concat([codec === 'H264' ? Buffer.from([0x65]) : Buffer.from([19 << 1, 1]), Buffer.alloc(length, 7)])

const same = (some: Buffer[], others: Buffer[]) =>
  some.length === others.length && some.every((each, index) => each.equals(others[index]!))

describe.each(codecs)('%s', (codec) => {
  it('comes out of the packets as it went in, whatever the sizes', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 64, max: 1500 }), fc.nat(2 ** 32 - 1), (lengths, maximumPayload, time) => {
        const units = lengths.map((length) => keyUnit(codec, length))
        const packets = createPacketiser(codec, { payloadType: 96, source: 1, maximumPayload }).packetise(units, time)
        expect(Math.max(...packets.map(({ length }) => length))).toBeLessThanOrEqual(maximumPayload + 12)
        const reader = createAccessUnitReader(codec)
        const read = packets.flatMap((bytes) => reader.push(readRtp(bytes)!))
        expect(read).toHaveLength(1)
        expect(read[0]).toMatchObject({ timestamp: time, key: true })
        expect(same(splitUnits(read[0]!.bytes, 'annex-b'), units)).toBe(true)
      }),
    )
  })

  it('is taken from length-prefixed packets as from start codes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 5 }), (lengths) => {
        const units = lengths.map((length) => keyUnit(codec, length))
        const prefixed = units.flatMap((unit) => {
          const length = Buffer.alloc(4)
          length.writeUInt32BE(unit.length)
          return [length, unit]
        })
        expect(same(splitUnits(Buffer.concat(prefixed), 4), units)).toBe(true)
      }),
    )
  })

  it('throws nothing at garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        const bytes = Buffer.from(noise)
        readPictureFormat(codec, bytes)
        const { framing } = readCodecRecord(codec, bytes)
        splitUnits(bytes, framing)
        splitUnits(bytes, 'annex-b')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('what encoders write', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qly-sps-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    ['libx264', 'H264', 1280, 720, /^avc1\.[0-9a-f]{6}$/],
    ['libx264', 'H264', 362, 250, /^avc1\.[0-9a-f]{6}$/],
    ['libx265', 'H265', 1280, 720, /^hvc1\.1\.6\.L\d+(\.[0-9A-F]+)+$/],
    ['libx265', 'H265', 642, 362, /^hvc1\.1\.6\.L\d+(\.[0-9A-F]+)+$/],
  ] as const)('is understood: %s %s %i × %i', async (encoder, codec, width, height, name) => {
    const path = join(folder, `${encoder}-${width}.mp4`)
    await makeClip(path, { seconds: 1, fps: 5, width, height, codec: encoder })
    const input = new FormatContext()
    input.allocContext()
    await input.openInput(path)
    const stream = input.streams[input.findBestStream(AVMEDIA_TYPE_VIDEO)]
    const record = readCodecRecord(codec, stream?.codecpar.extradata ?? undefined)
    await input.closeInput()
    expect(record.framing).toBe(4)
    const roles = record.parameterSets.map((set) => roleOf(codec, set))
    expect(roles.filter((role) => role !== 'other')).toEqual(codec === 'H264' ? ['sps', 'pps'] : ['vps', 'sps', 'pps'])
    const sps = record.parameterSets.find((set) => roleOf(codec, set) === 'sps')
    expect(readPictureFormat(codec, sps!)).toMatchObject({
      width,
      height,
      chroma: 1,
      depths: [8, 8],
      codecName: expect.stringMatching(name),
    })
  })
})
