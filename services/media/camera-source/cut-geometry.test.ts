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
      input: { width: 416, height: 416 },
      scaled: { width: 416, height: 234, x: 0, y: 91 },
      offsetX: 0,
      offsetY: 91,
      pictureWidth: 416,
      pictureHeight: 234,
    })
    expect(placeCut(cut([0, 0, 1, 1], 'top-left'), { width: 1920, height: 1080 }).scaled).toMatchObject({ x: 0, y: 0 })
  })

  it.each([
    ['a wide picture', 1920, 1080, 'centre', 32, { input: { width: 416, height: 256 }, offsetY: 11 }],
    ['a wide picture at the top', 1920, 1080, 'top-left', 32, { input: { width: 416, height: 256 }, offsetY: 0 }],
    ['an upright picture', 1080, 1920, 'centre', 32, { input: { width: 256, height: 416 }, offsetX: 11 }],
    ['a square picture', 800, 800, 'centre', 32, { input: { width: 416, height: 416 }, offsetX: 0, offsetY: 0 }],
    ['a flat picture', 1600, 100, 'centre', 32, { input: { width: 416, height: 32 }, offsetY: 3 }],
    [
      'any picture, where only the whole size is taken',
      1920,
      1080,
      'centre',
      undefined,
      { input: { width: 416, height: 416 } },
    ],
  ] as const)('letterboxes no more than the model needs: %s', (_, width, height, letterbox, multipleOf, wanted) => {
    const whole = cut([0, 0, 1, 1], letterbox)
    expect(placeCut({ ...whole, ...(multipleOf ? { multipleOf } : {}) }, { width, height })).toMatchObject(wanted)
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
        fc.constantFrom({}, { multipleOf: 16 }, { multipleOf: 32 }),
        (frame, a, b, c, d, letterbox, steps) => {
          const region = [Math.min(a, b), Math.min(c, d), Math.max(a, b), Math.max(c, d)] as FrameCut['region']
          const { crop, input, scaled, ...map } = placeCut({ ...cut(region, letterbox, 640, 352), ...steps }, frame)
          expect(crop.x % 2 === 0 && crop.x >= 0 && crop.width >= 1 && crop.x + crop.width <= frame.width).toBe(true)
          expect(crop.y % 2 === 0 && crop.y >= 0 && crop.height >= 1 && crop.y + crop.height <= frame.height).toBe(true)
          expect(input.width <= 640 && input.height <= 352).toBe(true)
          expect(scaled.x + scaled.width <= input.width && scaled.y + scaled.height <= input.height).toBe(true)
          if ('multipleOf' in steps)
            expect([input.width % steps.multipleOf, input.height % steps.multipleOf]).toEqual([0, 0])
          // the middle of the region, once through the crop in source pixels, once by the fractions told to vision
          const middle = ((region[0] + region[2]) / 2) * frame.width
          const through = scaled.x + ((middle - crop.x) / crop.width) * scaled.width
          expect(map.offsetX + 0.5 * map.pictureWidth).toBeCloseTo(through, 3)
        },
      ),
    )
  })
})
