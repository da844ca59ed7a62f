// Evidence: two pictures of a frame, made once however many things are told of it.
import sharp from 'sharp'
import { expect, it } from 'vitest'
import type { CameraFrame } from '../../contracts/frames.ts'
import { createEvidencePictures } from './evidence-pictures.ts'

const at = Date.parse('2020-06-28T06:05:00Z')
const nothingSeen = { regions: [], objects: [] }
const leftHalf: [number, number][] = [
  [0, 0],
  [0.5, 0],
  [0.5, 1],
  [0, 1],
]

function rig(size = { width: 640, height: 480 }) {
  const stored: Buffer[] = []
  let asked = 0
  const objectStore = {
    async put(bytes: unknown) {
      stored.push(bytes as Buffer)
      const sha256 = String(stored.length).padStart(64, '0')
      return { key: `evidence/${sha256}.jpg`, sha256, size: 1, mediaType: 'image/jpeg' }
    },
  }
  const frame = {
    capturedAt: at,
    async fullFrame() {
      asked++
      return { ...size, rgb: new Uint8Array(size.width * size.height * 3).fill(120) }
    },
  } as unknown as CameraFrame
  const config = { quality: 85, maximumWidth: 800, timezone: 'Asia/Shanghai' }
  const evidence = createEvidencePictures({ objectStore }, config)
  return { evidence, frame, stored, asked: () => asked }
}

it('are a clean and a boxed one, which differ where something is drawn', async () => {
  const { evidence, frame, stored } = rig()
  const box = [0.6, 0.5, 0.9, 0.9] as const
  const pictures = await evidence.take(frame, { zones: [leftHalf], boxes: [box] }, nothingSeen)
  expect(pictures.map(({ role, at }) => ({ role, at }))).toEqual([
    { role: 'clean', at: '2020-06-28T06:05:00.000Z' },
    { role: 'boxed', at: '2020-06-28T06:05:00.000Z' },
  ])
  const pixels = await Promise.all(stored.map((jpeg) => sharp(jpeg).raw().toBuffer()))
  const pixelOf = (which: number, x: number, y: number) => {
    const from = 3 * (y * 640 + x)
    return [...(pixels[Number(pictures[which]?.sha256) - 1] as Buffer).subarray(from, from + 3)]
  }
  const near = (colour: number[]) => colour.map((value) => expect.closeTo(value, -1.3))
  expect(pixelOf(0, 200, 300)).toEqual(near([120, 120, 120]))
  // the zone is tinted, the box has an outline, the time stands on a dark panel
  expect(pixelOf(1, 200, 300)).toEqual(near([136, 129, 106]))
  const [red = 0, green = 0] = pixelOf(1, 384, 340)
  expect(red - green).toBeGreaterThan(100)
  expect(pixelOf(1, 480, 340)).toEqual(near([120, 120, 120]))
  expect(pixelOf(1, 5, 5)).toEqual(near([54, 52, 42]))
})

it('of one frame are made once: the clean one for all, a boxed one for each overlay', async () => {
  const { evidence, frame, stored, asked } = rig()
  const overlay = { zones: [leftHalf], boxes: [[0.1, 0.1, 0.3, 0.3] as const] }
  const [first, again, other] = await Promise.all([
    evidence.take(frame, overlay, nothingSeen),
    evidence.take(frame, { ...overlay }, nothingSeen),
    evidence.take(frame, { ...overlay, boxes: [[0.5, 0.5, 0.8, 0.8]] }, nothingSeen),
  ])
  expect(again).toEqual(first)
  expect(other?.[0]).toEqual(first?.[0])
  expect(other?.[1]?.sha256).not.toBe(first?.[1]?.sha256)
  expect([stored.length, asked()]).toEqual([3, 1])
})

it('are no wider than configured', async () => {
  const { evidence, frame, stored } = rig({ width: 1600, height: 900 })
  await evidence.take(frame, { zones: [], boxes: [] }, nothingSeen)
  for (const jpeg of stored) expect(await sharp(jpeg).metadata()).toMatchObject({ width: 800, height: 450 })
})
