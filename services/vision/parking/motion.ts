// Has a box moved from its anchor? Told apart from a box that only shrank or grew because something covers or uncovers a part of the vehicle.
import { areaOf, type Box, heightOf, iouOf, widthOf } from '../geometry/box.ts'

/** Boxes of this many times the anchor's area, or less than the inverse of twice that, are another distance away. */
const growthLimit = 3
/** An edge this near to the edge of what is looked at is cut off there and tells nothing; in fractions of the frame. */
const near = 0.008
const wholeFrame: readonly Box[] = [[0, 0, 1, 1]]

/**
 * Shift of a box from its anchor in units of the anchor's own size. A move shifts opposite edges the same way; an occlusion shifts one edge.
 * Where an edge of a region that is looked at (fractions of the frame) cuts the box off, the opposite edge speaks alone.
 * Boxes apart from each other count at least 1.
 */
export function shiftOf(anchor: Box, box: Box, regions: readonly Box[] = wholeFrame): number {
  const [x, y] = translationOf(anchor, box, regions)
  const translation = Math.hypot(x / widthOf(anchor), y / heightOf(anchor))
  const growth = areaOf(box) / areaOf(anchor)
  const apart = iouOf(anchor, box) === 0 || growth > growthLimit || growth < 1 / (2 * growthLimit)
  return apart ? Math.max(1, translation) : translation
}

/** How far a box moved from its anchor along x and y, as far as its edges agree on it. */
export function translationOf(anchor: Box, box: Box, regions: readonly Box[] = wholeFrame): [x: number, y: number] {
  return [axisShift(anchor, box, 0, regions), axisShift(anchor, box, 1, regions)]
}

/** Shift along an axis (0: x, 1: y). */
function axisShift(anchor: Box, box: Box, axis: 0 | 1, regions: readonly Box[]): number {
  const far = axis === 0 ? 2 : 3
  const isCut = (edge: 0 | 1 | 2 | 3) =>
    regions.some((region) => Math.abs(anchor[edge] - region[edge]) < near || Math.abs(box[edge] - region[edge]) < near)
  const start = box[axis] - anchor[axis]
  const end = box[far] - anchor[far]
  const [startCut, endCut] = [isCut(axis), isCut(far)]
  if (startCut && endCut) return 0
  if (startCut) return end
  if (endCut) return start
  // What both moved together: the smaller of two moves in one direction, else 0.
  return start * end <= 0 ? 0 : Math.sign(start) * Math.min(Math.abs(start), Math.abs(end))
}
