// Has a picture changed where a model looks? Points of its cuts against those of a reference: cheap (0.05 ms a cut), blind to light that changes
// everywhere alike and to scattered noise, and never slow to see: the reference is the picture that was last inferred, so slow motion adds up.

import type { MotionConfig } from '../../contracts/config/vision.ts'
import type { FrameCutPixels } from '../../contracts/frames.ts'

/** Points across and down a cut. */
const side = 52
/** Points across and down a block. */
const block = 4

/** Grey of the points of one cut, row by row. */
export type CutPoints = Uint8Array

/** Grey at 52 × 52 points of a cut, each the mean of four pixels. */
export function pointsOf({ rgb, width, height }: Pick<FrameCutPixels, 'rgb' | 'width' | 'height'>): CutPoints {
  const points = new Uint8Array(side * side)
  for (let row = 0; row < side; row++) {
    const y = Math.min(height - 2, Math.floor(((row + 0.5) * height) / side))
    for (let column = 0; column < side; column++) {
      const x = Math.min(width - 2, Math.floor(((column + 0.5) * width) / side))
      let grey = 0
      for (const at of [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1]) {
        grey += (rgb[3 * at] ?? 0) + 2 * (rgb[3 * at + 1] ?? 0) + (rgb[3 * at + 2] ?? 0)
      }
      points[row * side + column] = grey >> 4
    }
  }
  return points
}

/** True if in some block enough points differ by more than the change of light of the whole cut explains. */
export function hasChanged(
  reference: CutPoints,
  points: CutPoints,
  { greyLevels, points: enough }: Pick<MotionConfig, 'greyLevels' | 'points'>,
): boolean {
  const light = medianDifference(reference, points)
  for (let top = 0; top < side; top += block) {
    for (let left = 0; left < side; left += block) {
      let changed = 0
      for (let at = top * side + left, row = 0; row < block; row++, at += side) {
        for (let column = 0; column < block; column++) {
          const difference = (points[at + column] ?? 0) - (reference[at + column] ?? 0) - light
          if (Math.abs(difference) > greyLevels) changed++
        }
      }
      if (changed >= enough) return true
    }
  }
  return false
}

/** What most points differ by: a cloud, a lamp, the camera's exposure. A vehicle that fills less than half of the cut does not move it. */
function medianDifference(reference: CutPoints, points: CutPoints): number {
  const counts = new Uint16Array(511)
  for (let at = 0; at < points.length; at++) {
    const index = (points[at] ?? 0) - (reference[at] ?? 0) + 255
    counts[index] = (counts[index] ?? 0) + 1
  }
  let seen = 0
  for (let index = 0; index < counts.length; index++) {
    seen += counts[index] ?? 0
    if (seen * 2 >= points.length) return index - 255
  }
  return 0
}
