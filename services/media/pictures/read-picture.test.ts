// JPEGs of every kind become upright RGB; damaged and oversized ones are refused for good.
import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { bytesOf, cutPicture, readPicture } from './read-picture.ts'

const limit = 50_000_000
/** left half red, right half green */
const halves = (width = 80, height = 40) =>
  sharp({ create: { width, height, channels: 3, background: '#00ff00' } }).composite([
    { input: { create: { width: width / 2, height, channels: 3, background: '#ff0000' } }, left: 0, top: 0 },
  ])
const pixel = ({ width, rgb }: { width: number; rgb: Uint8Array }, x: number, y: number) => [
  ...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
]
const near = (colour: number[]) => colour.map((value) => expect.toSatisfy((got: number) => Math.abs(got - value) <= 12))

describe('reading a JPEG', () => {
  it('gives its pixels as RGB', async () => {
    const picture = await readPicture(await halves().jpeg({ quality: 95 }).toBuffer(), limit)
    expect([picture.width, picture.height, picture.rgb.length]).toEqual([80, 40, 9600])
    expect(pixel(picture, 10, 20)).toEqual(near([255, 0, 0]))
    expect(pixel(picture, 70, 20)).toEqual(near([0, 255, 0]))
  })

  it('turns it upright by its EXIF orientation', async () => {
    const turned = await halves().jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer()
    const picture = await readPicture(turned, limit)
    expect([picture.width, picture.height]).toEqual([40, 80])
    expect(pixel(picture, 20, 10)).toEqual(near([255, 0, 0]))
  })

  it('takes CMYK, grey and progressive ones', async () => {
    for (const image of [
      halves().toColourspace('cmyk').jpeg(),
      halves().greyscale().jpeg(),
      halves().jpeg({ progressive: true }),
    ]) {
      const picture = await readPicture(await image.toBuffer(), limit)
      expect([picture.width, picture.rgb.length]).toEqual([80, 9600])
    }
  })

  it.each([
    [1, 1],
    [5472, 3648],
    [3, 2000],
  ])('takes one of %i × %i, and cuts it to the size of a model', async (width, height) => {
    const jpeg = await sharp({ create: { width, height, channels: 3, background: '#00ff00' } })
      .jpeg()
      .toBuffer()
    const picture = await readPicture(jpeg, limit)
    expect([picture.width, picture.height, picture.rgb.length]).toEqual([width, height, width * height * 3])
    const cut = await cutPicture(picture, { id: 'a', region: [0, 0, 1, 1], width: 64, height: 64, letterbox: 'centre' })
    expect(cut.rgb).toHaveLength(64 * 64 * 3)
    expect(pixel(cut, Math.ceil(cut.offsetX), 32)).toEqual(near([0, 255, 0]))
  })

  it('refuses what is no JPEG, cut off or damaged, and what is too large', async () => {
    const jpeg = await halves(800, 400).jpeg().toBuffer()
    const png = await halves().png().toBuffer()
    for (const bytes of [
      Buffer.from('hello'),
      Buffer.alloc(0),
      png,
      jpeg.subarray(0, jpeg.length / 2),
      Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(100)]),
    ])
      await expect(readPicture(bytes, limit)).rejects.toMatchObject({
        code: 'QLY_PAYLOAD_UNREADABLE',
        retryable: false,
      })
    await expect(readPicture(jpeg, 300_000)).rejects.toMatchObject({ code: 'QLY_PAYLOAD_TOO_LARGE', retryable: false })
    const sha256 = createHash('sha256').update(jpeg).digest('hex')
    expect(bytesOf({ base64: jpeg.toString('base64'), sha256 })).toEqual(jpeg)
    expect(() => bytesOf({ base64: png.toString('base64'), sha256 })).toThrowError(/hashed/)
  })

  it('cuts and letterboxes like FFmpeg does for streams', async () => {
    const picture = await readPicture(await halves().jpeg({ quality: 95 }).toBuffer(), limit)
    const all = await cutPicture(picture, { id: 'a', region: [0, 0, 1, 1], width: 64, height: 64, letterbox: 'centre' })
    expect(all).toMatchObject({ offsetX: 0, offsetY: 16, pictureWidth: 64, pictureHeight: 32 })
    expect([pixel(all, 5, 5), pixel(all, 5, 60)]).toEqual([
      [114, 114, 114],
      [114, 114, 114],
    ])
    expect(pixel(all, 60, 32)).toEqual(near([0, 255, 0]))
    const left = await cutPicture(picture, {
      id: 'l',
      region: [0, 0, 0.5, 1],
      width: 64,
      height: 32,
      letterbox: 'top-left',
    })
    expect([pixel(left, 20, 20), pixel(left, 50, 20)]).toEqual([near([255, 0, 0]), [114, 114, 114]])
  })
})
