// Notes inside a JPEG: read as they were written, the picture stays the same, and nothing in a strange file throws.
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { PictureBox } from '../../contracts/geometry.ts'
import { readPictureNotes, writePictureNotes } from './picture-notes.ts'

const picture = () =>
  sharp({ create: { width: 64, height: 36, channels: 3, background: { r: 200, g: 100, b: 50 } } })
    .jpeg()
    .toBuffer()
const fraction = fc.integer({ min: 0, max: 10_000 }).map((n) => n / 10_000)
const box = fc.tuple(fraction, fraction, fraction, fraction) as fc.Arbitrary<PictureBox>
const notes = fc.record({
  regions: fc.array(box, { maxLength: 4 }),
  objects: fc.array(fc.record({ label: fc.string({ maxLength: 20 }), box }), { maxLength: 30 }),
})

describe('notes in a picture', () => {
  it('come out as they went in, and leave the picture as it was', async () => {
    const plain = await picture()
    const pixels = await sharp(plain).raw().toBuffer()
    await fc.assert(
      fc.asyncProperty(notes, async (given) => {
        const noted = writePictureNotes(plain, given)
        expect(readPictureNotes(noted)).toEqual(given)
        expect((await sharp(noted).raw().toBuffer()).equals(pixels)).toBe(true)
      }),
      { numRuns: 30 },
    )
    expect(readPictureNotes(plain)).toBeUndefined()
  })

  it('that do not fit are left out, as are those of no JPEG', async () => {
    const plain = await picture()
    const many = Array.from({ length: 3000 }, () => ({ label: 'person', box: [0, 0, 0.1234, 0.5678] as PictureBox }))
    expect(writePictureNotes(plain, { regions: [], objects: many })).toBe(plain)
    const png = Buffer.from('89504e470d0a1a0a', 'hex')
    expect(writePictureNotes(png, { regions: [], objects: [] })).toBe(png)
  })

  it('in a broken or forged file are none', async () => {
    const noted = writePictureNotes(await picture(), { regions: [[0, 0, 1, 1]], objects: [] })
    fc.assert(
      fc.property(fc.nat(noted.length - 1), fc.nat(255), fc.nat(noted.length), (at, value, length) => {
        const broken = Buffer.from(noted)
        broken[at] = value
        readPictureNotes(broken.subarray(0, length))
      }),
      { numRuns: 2000 },
    )
    for (const forged of [
      '{"regions":[[0,0,2,1]],"objects":[]}',
      '{"regions":[],"objects":[{"label":1}]}',
      '[]',
      'null',
    ])
      expect(
        readPictureNotes(
          Buffer.concat([
            Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0, forged.length + 19]),
            Buffer.from(`qianliyan:seen:1:${forged}`),
          ]),
        ),
      ).toBeUndefined()
  })
})
