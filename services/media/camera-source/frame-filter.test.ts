import {
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV444P,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  Frame,
} from 'node-av'
import { expect, onTestFinished, test } from 'vitest'
import type { FrameCut, FrameCutPixels } from '../../contracts/frames.ts'
import { createCutFilter } from './frame-filter.ts'
import { createPixelStore } from './pixel-store.ts'

const whole: FrameCut = { id: 'whole', region: [0, 0, 1, 1], width: 96, height: 96, letterbox: 'centre' }
const part: FrameCut = { id: 'part', region: [0.5, 0.25, 1, 0.75], width: 64, height: 64, letterbox: 'top-left' }

/** BT.709, limited range, after ITU-R BT.709-6 (3.2 to 3.5): Y, Cb, Cr of a colour. */
const colours = [
  { name: 'red', yuv: [63, 102, 240], rgb: [255, 0, 0] },
  { name: 'green', yuv: [173, 42, 26], rgb: [0, 255, 0] },
  { name: 'grey', yuv: [126, 128, 128], rgb: [128, 128, 128] },
] as const

const formats = [
  { name: 'yuv420p', format: AV_PIX_FMT_YUV420P },
  { name: 'nv12', format: AV_PIX_FMT_NV12 },
  { name: 'yuv444p', format: AV_PIX_FMT_YUV444P },
] as const

for (const { name: kind, format } of formats) {
  test.each(colours)(`cuts of ${kind} keep $name`, async ({ yuv, rgb }) => {
    const frame = picture(format, yuv)
    const filter = await createCutFilter(frame, [whole, part])
    onTestFinished(filter.close)
    const cuts = await filter.cut(frame, createPixelStore(2))
    expect(cuts.map(({ width, height }) => [width, height])).toEqual([
      [96, 96],
      [64, 64],
    ])
    for (const each of cuts) {
      for (const [channel, expected] of rgb.entries()) {
        expect(
          Math.abs((middleOf(each)[channel] ?? -1) - expected),
          `${each.cut.id} channel ${channel}`,
        ).toBeLessThanOrEqual(3)
      }
    }
    // 160×90 in 96×96: 21 rows of letterbox above
    expect([...(cuts[0]?.rgb.subarray(0, 3) ?? [])]).toEqual([114, 114, 114])
  })
}

test('a picture more is no memory more, so that the collector has nothing to do', async () => {
  const frame = picture(AV_PIX_FMT_YUV420P, colours[0].yuv)
  const large = { ...whole, width: 640, height: 640 }
  const filter = await createCutFilter(frame, [large])
  onTestFinished(filter.close)
  const store = createPixelStore(2)
  const cutSome = async (pictures: number) => {
    for (let count = 0; count < pictures; count++) {
      for (const { rgb } of await filter.cut(frame, store)) store.giveBack(rgb)
    }
  }
  await cutSome(3)
  const before = process.memoryUsage().external
  await cutSome(20)
  const grown = process.memoryUsage().external - before
  expect(grown).toBeLessThan(3 * large.width * large.height * 3)
})

/** A picture of 160×90 in one colour. */
function picture(
  format: (typeof formats)[number]['format'],
  [luma, blue, red]: readonly [number, number, number],
): Frame {
  const frame = new Frame()
  frame.alloc()
  onTestFinished(() => frame.free())
  Object.assign(frame, { width: 160, height: 90, format, colorSpace: AVCOL_SPC_BT709, colorRange: AVCOL_RANGE_MPEG })
  expect(frame.allocBuffer()).toBe(0)
  const [first, second, third] = frame.data ?? []
  first?.fill(luma)
  if (third === undefined)
    for (let at = 0; at < (second?.length ?? 0); at++) second?.writeUInt8(at % 2 ? red : blue, at)
  else {
    second?.fill(blue)
    third.fill(red)
  }
  return frame
}

function middleOf({
  rgb,
  offsetX,
  offsetY,
  pictureWidth,
  pictureHeight,
  width,
}: FrameCutPixels): [number, number, number] {
  const at = 3 * (Math.floor(offsetY + pictureHeight / 2) * width + Math.floor(offsetX + pictureWidth / 2))
  return [rgb[at] ?? -1, rgb[at + 1] ?? -1, rgb[at + 2] ?? -1]
}
