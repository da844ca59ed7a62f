// Boxes [x1, y1, x2, y2]: areas, overlaps, places. Units are the caller's (pixels or fractions of the frame), the same on both sides.
import type { PictureBox, PicturePoint } from '../../contracts/geometry.ts'

export type Box = readonly [x1: number, y1: number, x2: number, y2: number]

export const widthOf = (box: Box): number => Math.max(0, box[2] - box[0])
export const heightOf = (box: Box): number => Math.max(0, box[3] - box[1])
export const areaOf = (box: Box): number => widthOf(box) * heightOf(box)
export const centreOf = (box: Box): PicturePoint => [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
/** Where a thing stands: the middle of its lower edge. */
export const bottomCentreOf = (box: Box): PicturePoint => [(box[0] + box[2]) / 2, box[3]]

/** Area that two boxes share. */
export function intersectionOf(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  return width > 0 && height > 0 ? width * height : 0
}

/** Intersection over union, 0..1; 0 for boxes without area. */
export function iouOf(a: Box, b: Box): number {
  const shared = intersectionOf(a, b)
  return shared === 0 ? 0 : shared / (areaOf(a) + areaOf(b) - shared)
}

/** Share of `inner` that `outer` covers, 0..1. */
export function coverageOf(inner: Box, outer: Box): number {
  const area = areaOf(inner)
  return area === 0 ? 0 : intersectionOf(inner, outer) / area
}

/**
 * Do two boxes show one and the same vehicle, one of them with a piece too little or too much (two neighbours taken together)? One lies in the
 * other, and they stand on the same line: of two vehicles the one behind stands higher in the picture.
 */
export function isDouble(a: Box, b: Box): boolean {
  const [small, large] = areaOf(a) <= areaOf(b) ? [a, b] : [b, a]
  const sameFoot = Math.abs(small[3] - large[3]) < 0.2 * heightOf(small)
  return sameFoot && coverageOf(small, large) > 0.85
}

/** Is a box so small and so far inside another that it is taken for a part of the same vehicle? */
export function isPart(part: Box, whole: Box): boolean {
  return areaOf(part) < 0.4 * areaOf(whole) && coverageOf(part, whole) > 0.92
}

/** The smallest box around both. */
export const unionOf = (a: Box, b: Box): Box => [
  Math.min(a[0], b[0]),
  Math.min(a[1], b[1]),
  Math.max(a[2], b[2]),
  Math.max(a[3], b[3]),
]

/** A box cut to the frame, in fractions. */
export const clampToFrame = (box: Box): PictureBox => [clamp(box[0]), clamp(box[1]), clamp(box[2]), clamp(box[3])]

const clamp = (value: number): number => Math.min(1, Math.max(0, value))
