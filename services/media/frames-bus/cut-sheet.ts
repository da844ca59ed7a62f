// The cuts of a frame in one JPEG, one below the other: what goes over the bus instead of pixels.
import sharp from 'sharp'
import type { BusCut } from '../../contracts/events/frame-cut-v1.ts'
import type { FrameCutPixels } from '../../contracts/frames.ts'

export interface CutSheet {
  readonly jpeg: Buffer
  readonly cuts: readonly BusCut[]
}

/** JPEG codes blocks of 8 × 8 pixels, of colour at half the resolution: cuts that begin at whole blocks do not smear into each other. */
const block = 16
/** between cuts and beside narrow ones, as in the letterbox */
const grey = 114

/** Encodes the cuts; the pixels are only read, and may be used again once the promise resolves. */
export async function drawCutSheet(cuts: readonly FrameCutPixels[], quality: number): Promise<CutSheet> {
  const width = Math.max(...cuts.map((cut) => cut.width))
  const tops: number[] = []
  let height = 0
  for (const cut of cuts) {
    tops.push(height)
    height += Math.ceil(cut.height / block) * block
  }
  const rgb = Buffer.alloc(width * height * 3, grey)
  for (const [index, cut] of cuts.entries()) {
    const from = (tops[index] ?? 0) * width * 3
    const row = cut.width * 3
    for (let y = 0; y < cut.height; y++) rgb.set(cut.rgb.subarray(y * row, (y + 1) * row), from + y * width * 3)
  }
  const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer()
  return {
    jpeg,
    cuts: cuts.map(({ cut, rgb: _, ...placement }, index) => ({
      id: cut.id,
      region: [...cut.region],
      letterbox: cut.letterbox,
      top: tops[index] ?? 0,
      ...placement,
    })),
  }
}
