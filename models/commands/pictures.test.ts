// Pictures as people have them: every format and size is read as upright RGB of eight bits, or refused by name.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cutFor, drawBoxes, loadPicture } from './pictures.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'qly-pictures-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

// a red that every colour space has
const red = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: '#c03030' } })
const cases: [name: string, image: () => Sharp, width: number, height: number][] = [
  ['one pixel', () => red(1, 1).png(), 1, 1],
  ['20 megapixels', () => red(5472, 3648).jpeg(), 5472, 3648],
  ['16 bits a channel', () => red(60, 40).toColourspace('rgb16').png(), 60, 40],
  ['CMYK', () => red(60, 40).toColourspace('cmyk').jpeg({ quality: 95 }), 60, 40],
  ['transparency', () => red(60, 40, 4).webp({ lossless: true }), 60, 40],
  ['turned by EXIF', () => red(60, 40).jpeg().withMetadata({ orientation: 6 }), 40, 60],
]

describe('a picture', () => {
  it.each(cases)('of %s is read, cut for a model, and drawn on', async (name, image, width, height) => {
    const file = path.join(folder, `${name}.img`)
    await writeFile(file, await image().toBuffer())
    const picture = await loadPicture(file)
    expect([picture.width, picture.height, picture.rgb.length]).toEqual([width, height, width * height * 3])
    const middle = (Math.floor(height / 2) * width + Math.floor(width / 2)) * 3
    const [strong = 0, green = 255, blue = 255] = picture.rgb.subarray(middle, middle + 3)
    expect([strong > 150, green < 110, blue < 110]).toEqual([true, true, true])
    expect((await cutFor(picture, { width: 64, height: 64, letterbox: 'centre' })).rgb).toHaveLength(64 * 64 * 3)
    const drawn = await drawBoxes(picture, [{ label: 'car', box: [0.1, 0.1, 0.9, 0.9] }], () => 'red')
    expect(await sharp(drawn).metadata()).toMatchObject({ format: 'jpeg', width, height })
  })

  it('that is cut off, or none, is refused with its name', async () => {
    const whole = await red(400, 300).jpeg().toBuffer()
    for (const [name, bytes] of [
      ['half.jpg', whole.subarray(0, whole.length / 2)],
      ['words.jpg', Buffer.from('no picture')],
      ['empty.jpg', Buffer.alloc(0)],
    ] as const) {
      await writeFile(path.join(folder, name), bytes)
      await expect(loadPicture(path.join(folder, name))).rejects.toMatchObject({
        code: 'QLY_PAYLOAD_UNREADABLE',
        message: expect.stringContaining(name) as string,
      })
    }
    await expect(loadPicture(path.join(folder, 'nowhere.jpg'))).rejects.toThrow(/nowhere\.jpg/)
  })
})
