// Privacy masks: nothing inside is left open, and what is well away from them stays as it was.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PicturePolygon } from '../../contracts/geometry.ts'
import { maskBoxes, maskPixels } from './mask-rows.ts'

const point = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
const polygon = fc.array(point, { minLength: 3, maxLength: 8 }) as fc.Arbitrary<PicturePolygon>

function inside([x, y]: readonly [number, number], shape: PicturePolygon): boolean {
  let within = false
  for (const [index, [ax, ay]] of shape.entries()) {
    const [bx, by] = shape[(index + 1) % shape.length]!
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) within = !within
  }
  return within
}

describe('privacy masks', () => {
  it('are covered by their boxes, and the boxes stay within their bounds', () => {
    fc.assert(
      fc.property(polygon, point, (shape, at) => {
        const boxes = maskBoxes([shape], 60)
        if (inside(at, shape)) {
          const hair = 1e-9
          const covers = ([x1, y1, x2, y2]: readonly number[]) =>
            at[0] >= x1! - hair && at[0] <= x2! + hair && at[1] >= y1! - hair && at[1] <= y2! + hair
          expect(boxes.some(covers)).toBe(true)
        }
        const [left, right] = [Math.min(...shape.map(([x]) => x)), Math.max(...shape.map(([x]) => x))]
        for (const [x1, y1, x2, y2] of boxes) {
          expect(x1).toBeGreaterThanOrEqual(left - 1e-9)
          expect(x2).toBeLessThanOrEqual(right + 1e-9)
          expect(y1).toBeLessThan(y2)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('blacken every pixel that they touch', () => {
    fc.assert(
      fc.property(polygon, point, (shape, at) => {
        const [width, height] = [64, 36]
        const rgb = new Uint8Array(width * height * 3).fill(200)
        maskPixels({ width, height, rgb }, [shape])
        const [x, y] = [
          Math.min(width - 1, Math.floor(at[0] * width)),
          Math.min(height - 1, Math.floor(at[1] * height)),
        ]
        if (inside(at, shape)) expect(rgb[(y * width + x) * 3]).toBe(0)
      }),
      { numRuns: 1000 },
    )
  })

  it('leave the rest alone: a rectangle is one box and its own pixels', () => {
    const shape: PicturePolygon = [
      [0.25, 0.5],
      [0.75, 0.5],
      [0.75, 1],
      [0.25, 1],
    ]
    expect(maskBoxes([shape], 60)).toEqual([[0.25, 0.5, 0.75, 1]])
    const rgb = new Uint8Array(8 * 4 * 3).fill(200)
    maskPixels({ width: 8, height: 4, rgb }, [shape])
    const black = [...rgb.keys()].filter((index) => index % 3 === 0 && rgb[index] === 0).map((index) => index / 3)
    expect(black).toEqual([18, 19, 20, 21, 26, 27, 28, 29])
  })

  it('of a shape with two arms do not cover what lies between them', () => {
    const arms: PicturePolygon = [
      [0, 0],
      [0.2, 0],
      [0.2, 0.8],
      [0.8, 0.8],
      [0.8, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ]
    const boxes = maskBoxes([arms], 10)
    expect(boxes.filter(([, y1]) => y1 === 0)).toEqual([
      [0, 0, 0.2, 0.8],
      [0.8, 0, 1, 0.8],
    ])
  })
})
