// A cut's boxes map back exactly, whatever the region and the sizes; crops stay inside the frame.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FrameCut } from '../../contracts/frames.ts'
import { placeCut } from './cut-geometry.ts'

const cut = (
  region: FrameCut['region'],
  letterbox: FrameCut['letterbox'] = 'centre',
  width = 416,
  height = 416,
): FrameCut => ({
  id: 'c',
  region,
  width,
  height,
  letterbox,
})

describe('placing a cut', () => {
  it('letterboxes the whole frame', () => {
    expect(placeCut(cut([0, 0, 1, 1]), { width: 1920, height: 1080 })).toEqual({
      crop: { x: 0, y: 0, width: 1920, height: 1080 },
      scaled: { width: 416, height: 234, x: 0, y: 91 },
      offsetX: 0,
      offsetY: 91,
      pictureWidth: 416,
      pictureHeight: 234,
    })
    expect(placeCut(cut([0, 0, 1, 1], 'top-left'), { width: 1920, height: 1080 }).scaled).toMatchObject({ x: 0, y: 0 })
  })

  it('is exact and inside the frame for any region, and never empty', () => {
    const size = fc.record({ width: fc.integer({ min: 2, max: 4000 }), height: fc.integer({ min: 2, max: 4000 }) })
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        size,
        unit,
        unit,
        unit,
        unit,
        fc.constantFrom('centre', 'top-left'),
        (frame, a, b, c, d, letterbox) => {
          const region = [Math.min(a, b), Math.min(c, d), Math.max(a, b), Math.max(c, d)] as FrameCut['region']
          const { crop, scaled, ...map } = placeCut(cut(region, letterbox, 640, 352), frame)
          expect(crop.x % 2 === 0 && crop.x >= 0 && crop.width >= 1 && crop.x + crop.width <= frame.width).toBe(true)
          expect(crop.y % 2 === 0 && crop.y >= 0 && crop.height >= 1 && crop.y + crop.height <= frame.height).toBe(true)
          expect(scaled.x + scaled.width <= 640 && scaled.y + scaled.height <= 352).toBe(true)
          // the middle of the region, once through the crop in source pixels, once by the fractions told to vision
          const middle = ((region[0] + region[2]) / 2) * frame.width
          const through = scaled.x + ((middle - crop.x) / crop.width) * scaled.width
          expect(map.offsetX + 0.5 * map.pictureWidth).toBeCloseTo(through, 3)
        },
      ),
    )
  })
})
