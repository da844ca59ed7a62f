// What is drawn on a boxed picture: the zones, the boxes and the time. Digits are drawn as strokes, so no font is needed on the machine.
import type { Pixels } from '../../contracts/frames.ts'
import type { PicturePolygon } from '../../contracts/geometry.ts'
import type { Box } from '../geometry/box.ts'
import { type Colour, fillPolygon, type Point, strokeLine } from './paint.ts'

export interface Overlay {
  readonly zones: readonly PicturePolygon[]
  readonly boxes: readonly Box[]
  /** written in the corner, e.g. "2020-06-28 14:05:00"; digits, '-', ':', ' ' only */
  readonly time: string
}

const yellow: Colour = [255, 196, 0]
const red: Colour = [255, 45, 45]
const white: Colour = [255, 255, 255]
const black: Colour = [0, 0, 0]

/** Draws into the pixels. */
export function drawOverlay(pixels: Pixels, overlay: Overlay): void {
  const { width, height } = pixels
  const line = Math.max(2, Math.round(Math.min(width, height) / 240))
  for (const zone of overlay.zones) {
    const points = zone.map(([x, y]): Point => [x * width, y * height])
    fillPolygon(pixels, points, yellow, 0.12)
    strokeDashed(pixels, points, line)
  }
  for (const [x1, y1, x2, y2] of overlay.boxes)
    strokeBox(pixels, [x1 * width, y1 * height], [x2 * width, y2 * height], 1.5 * line)
  writeTime(pixels, overlay.time)
}

/** The outline of a polygon: dashes of four widths, gaps of two, all the way round. */
function strokeDashed(pixels: Pixels, points: readonly Point[], width: number): void {
  const [dash, period] = [4 * width, 6 * width]
  let before = points.at(-1) as Point
  /** how far round */
  let way = 0
  for (const point of points) {
    const length = Math.hypot(point[0] - before[0], point[1] - before[1])
    const [[x, y], [toX, toY]] = [before, point]
    const on = (distance: number): Point => {
      const share = Math.min(1, Math.max(0, distance / length))
      return [x + share * (toX - x), y + share * (toY - y)]
    }
    for (let start = -(way % period); start < length; start += period)
      if (start + dash > 0) strokeLine(pixels, on(start), on(start + dash), { width, colour: yellow })
    way += length
    before = point
  }
}

function strokeBox(pixels: Pixels, [left, top]: Point, [right, bottom]: Point, width: number): void {
  const corners: Point[] = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ]
  for (const [index, corner] of corners.entries())
    strokeLine(pixels, corner, corners[(index + 1) % 4] as Point, { width, colour: red, beyond: width / 2 })
}

type Stroke = readonly [from: Point, to: Point]

/** Strokes of seven segments a..g (and a middle one for 1) on a 2 × 4 grid, and which of them make each digit. */
const segments: Record<string, Stroke> = {
  a: [
    [0, 0],
    [2, 0],
  ],
  b: [
    [2, 0],
    [2, 2],
  ],
  c: [
    [2, 2],
    [2, 4],
  ],
  d: [
    [0, 4],
    [2, 4],
  ],
  e: [
    [0, 2],
    [0, 4],
  ],
  f: [
    [0, 0],
    [0, 2],
  ],
  g: [
    [0, 2],
    [2, 2],
  ],
  h: [
    [1, 0],
    [1, 4],
  ],
  /** the two dots of a colon */
  i: [
    [1, 1.2],
    [1, 1.4],
  ],
  j: [
    [1, 2.6],
    [1, 2.8],
  ],
}
const glyphs: Record<string, string> = {
  '0': 'abcdef',
  '1': 'h',
  '2': 'abged',
  '3': 'abgcd',
  '4': 'fgbc',
  '5': 'afgcd',
  '6': 'afgedc',
  '7': 'abc',
  '8': 'abcdefg',
  '9': 'abcdfg',
  '-': 'g',
  ':': 'ij',
}

function writeTime(pixels: Pixels, time: string): void {
  const unit = Math.max(2, Math.round(Math.min(pixels.height / 120, pixels.width / (time.length * 3 + 4))))
  const [right, bottom] = [unit * (time.length * 3 + 2), unit * 7]
  const panel: Point[] = [
    [unit, unit],
    [right, unit],
    [right, bottom],
    [unit, bottom],
  ]
  fillPolygon(pixels, panel, black, 0.6)
  const width = 0.45 * unit
  for (const [index, character] of [...time].entries()) {
    const place = ([x, y]: Point): Point => [(2 + 3 * index + x) * unit, (2 + y) * unit]
    for (const segment of glyphs[character] ?? '') {
      const [from, to] = segments[segment] as Stroke
      strokeLine(pixels, place(from), place(to), { width, colour: white, beyond: width / 2 })
    }
  }
}
