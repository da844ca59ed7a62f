// Has a box moved from its anchor? Told apart from a box that only shrank or grew because something covers or uncovers a part of the vehicle.
import { areaOf, type Box, coverageOf, heightOf, iouOf, widthOf } from '../geometry/box.ts'

/**
 * Shift of a box from its anchor in units of the anchor's own size. A move shifts opposite edges the same way; an occlusion shifts one edge
 * and leaves the box inside the anchor (or, uncovered, around it). Boxes apart from each other count at least 1.
 */
export function shiftOf(anchor: Box, box: Box): number {
  const x = common(box[0] - anchor[0], box[2] - anchor[2]) / widthOf(anchor)
  const y = common(box[1] - anchor[1], box[3] - anchor[3]) / heightOf(anchor)
  const translation = Math.hypot(x, y)
  const overlap = iouOf(anchor, box)
  if (overlap === 0) return Math.max(1, translation)
  const growth = areaOf(box) / areaOf(anchor)
  if (growth > 3 || growth < 1 / 6) return Math.max(1, translation)
  const inside = coverageOf(box, anchor) > 0.85 || coverageOf(anchor, box) > 0.85
  // IoU 0.6 stands for a shift of a quarter: what two boxes of one size have that are a quarter apart.
  return inside ? translation : Math.max(translation, (1 - overlap) * 0.625)
}

/** What two edges moved together: the smaller of two moves in one direction, else 0. */
function common(first: number, second: number): number {
  if (first * second <= 0) return 0
  return Math.sign(first) * Math.min(Math.abs(first), Math.abs(second))
}
