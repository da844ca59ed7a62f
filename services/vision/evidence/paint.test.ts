// Painting: what is covered is coloured by how far it is covered, and nothing else is touched.
import { describe, expect, it } from 'vitest'
import { fillPolygon, type Point, strokeLine } from './paint.ts'

const picture = (width: number, height: number) => ({ width, height, rgb: new Uint8Array(width * height * 3) })
const white = [255, 255, 255] as const
/** The red of every pixel, row by row, as shares of 255. */
const shares = ({ rgb, width, height }: ReturnType<typeof picture>) =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => Math.round(((rgb[3 * (y * width + x)] ?? 0) / 255) * 100) / 100),
  )
const rectangle = (x1: number, y1: number, x2: number, y2: number): Point[] => [
  [x1, y1],
  [x2, y1],
  [x2, y2],
  [x1, y2],
]

describe('a polygon', () => {
  const cases = [
    { name: 'on pixel borders', points: rectangle(1, 0, 3, 1), expected: [[0, 1, 1, 0]] },
    { name: 'over parts of pixels', points: rectangle(0.5, 0, 2.25, 1), expected: [[0.5, 1, 0.25, 0]] },
    { name: 'inside one pixel', points: rectangle(1.25, 0, 1.75, 1), expected: [[0, 0.5, 0, 0]] },
    { name: 'half a row high', points: rectangle(0, 0.5, 1, 1), expected: [[0.5, 0, 0, 0]] },
    { name: 'larger than the picture', points: rectangle(-5, -5, 50, 50), expected: [[1, 1, 1, 1]] },
    { name: 'beside the picture', points: rectangle(5, 0, 9, 1), expected: [[0, 0, 0, 0]] },
    { name: 'of no height', points: rectangle(0, 0, 4, 0), expected: [[0, 0, 0, 0]] },
  ]
  it.each(cases)('$name', ({ points, expected }) => {
    const pixels = picture(4, 1)
    fillPolygon(pixels, points, white)
    expect(shares(pixels)).toEqual(expected)
  })

  it('mixes its colour with what is there, and leaves the rest to the last byte', () => {
    const pixels = { width: 3, height: 1, rgb: Uint8Array.from([10, 20, 30, 100, 100, 100, 7, 8, 9]) }
    fillPolygon(pixels, rectangle(1, 0, 2, 1), [200, 100, 0], 0.5)
    expect([...pixels.rgb]).toEqual([10, 20, 30, 150, 100, 50, 7, 8, 9])
  })

  it('leaves out what it winds round twice, and a dent', () => {
    const pixels = picture(3, 2)
    const dented: Point[] = [
      [0, 0],
      [3, 0],
      [3, 2],
      [2, 2],
      [2, 1],
      [1, 1],
      [1, 2],
      [0, 2],
    ]
    fillPolygon(pixels, dented, white)
    expect(shares(pixels)).toEqual([
      [1, 1, 1],
      [1, 0, 1],
    ])
  })
})

describe('a line', () => {
  it('is as wide as asked for, and goes beyond its ends if asked for', () => {
    const pixels = picture(5, 3)
    strokeLine(pixels, [2, 1.5], [3, 1.5], { width: 1, colour: white, beyond: 1 })
    expect(shares(pixels)).toEqual([
      [0, 0, 0, 0, 0],
      [0, 1, 1, 1, 0],
      [0, 0, 0, 0, 0],
    ])
  })

  it('of no length is nothing', () => {
    const pixels = picture(2, 1)
    strokeLine(pixels, [1, 0.5], [1, 0.5], { width: 2, colour: white, beyond: 1 })
    expect(shares(pixels)).toEqual([[0, 0]])
  })
})
