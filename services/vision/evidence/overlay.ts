// What is drawn on a boxed picture: the zone, the box and the time, as SVG. Digits are drawn as strokes, so no font is needed on the machine.
import type { PicturePolygon } from '../../contracts/geometry.ts'
import type { Box } from '../geometry/box.ts'

export interface Overlay {
  readonly zones: readonly PicturePolygon[]
  readonly boxes: readonly Box[]
  /** written in the corner, e.g. "2020-06-28 14:05:00"; digits, '-', ':', ' ' only */
  readonly time: string
}

/** An SVG of the picture's size. */
export function drawOverlay(overlay: Overlay, width: number, height: number): string {
  const line = Math.max(2, Math.round(Math.min(width, height) / 240))
  const zones = overlay.zones.map((polygon) => {
    const points = polygon.map(([x, y]) => `${round(x * width)},${round(y * height)}`).join(' ')
    return `<polygon points="${points}" fill="rgba(255,196,0,0.12)" stroke="#ffc400" stroke-width="${line}" stroke-dasharray="${4 * line} ${2 * line}"/>`
  })
  const boxes = overlay.boxes.map(([x1, y1, x2, y2]) => {
    const place = `x="${round(x1 * width)}" y="${round(y1 * height)}" width="${round((x2 - x1) * width)}" height="${round((y2 - y1) * height)}"`
    return `<rect ${place} fill="none" stroke="#ff2d2d" stroke-width="${1.5 * line}"/>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${zones.join('')}${boxes.join('')}${writeTime(overlay.time, width, height)}</svg>`
}

/** Strokes of seven segments a..g (and a middle one for 1) on a 2 × 4 grid, and which of them make each digit. */
const segments: Record<string, string> = {
  a: 'M0 0H2',
  b: 'M2 0V2',
  c: 'M2 2V4',
  d: 'M0 4H2',
  e: 'M0 2V4',
  f: 'M0 0V2',
  g: 'M0 2H2',
  h: 'M1 0V4',
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
}

function writeTime(time: string, width: number, height: number): string {
  const unit = Math.max(2, Math.round(Math.min(height / 120, width / (time.length * 3 + 4))))
  const strokes = [...time].map((character, index) => {
    const path =
      character === ':'
        ? 'M1 1.2V1.4M1 2.6V2.8'
        : [...(glyphs[character] ?? '')].map((segment) => segments[segment]).join('')
    return path === '' ? '' : `<path d="${path}" transform="translate(${index * 3} 0)"/>`
  })
  const panel = `<rect x="${unit}" y="${unit}" width="${unit * (time.length * 3 + 1)}" height="${unit * 6}" fill="rgba(0,0,0,0.6)"/>`
  const text = `<g transform="translate(${2 * unit} ${2 * unit}) scale(${unit})" fill="none" stroke="#fff" stroke-width="0.45" stroke-linecap="round">${strokes.join('')}</g>`
  return panel + text
}

const round = (value: number): number => Math.round(value * 10) / 10
