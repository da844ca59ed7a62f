// Has a box moved from its anchor? Told apart from a box that only shrank or grew because something covers or uncovers a part of the vehicle.
import { areaOf, type Box, heightOf, iouOf, widthOf } from '../geometry/box.ts'

/** Boxes of this many times the anchor's area, or less than the inverse of twice that, are another distance away. */
const growthLimit = 3
/** An edge this near to the frame's is cut off there and tells nothing. Boxes are fractions of the frame. */
const frameEdge = 0.008

/**
 * Shift of a box from its anchor in units of the anchor's own size. A move shifts opposite edges the same way; an occlusion shifts one edge.
 * Where the frame cuts an edge off, the opposite one speaks alone. Boxes apart from each other count at least 1.
 */
export function shiftOf(anchor: Box, box: Box): number {
  const x = axisShift(anchor, box, 0) / widthOf(anchor)
  const y = axisShift(anchor, box, 1) / heightOf(anchor)
  const translation = Math.hypot(x, y)
  const growth = areaOf(box) / areaOf(anchor)
  const apart = iouOf(anchor, box) === 0 || growth > growthLimit || growth < 1 / (2 * growthLimit)
  return apart ? Math.max(1, translation) : translation
}

/** Shift along an axis (0: x, 1: y). */
function axisShift(anchor: Box, box: Box, axis: 0 | 1): number {
  const far = axis === 0 ? 2 : 3
  const start = box[axis] - anchor[axis]
  const end = box[far] - anchor[far]
  const startCut = Math.min(anchor[axis], box[axis]) < frameEdge
  const endCut = Math.max(anchor[far], box[far]) > 1 - frameEdge
  if (startCut && endCut) return 0
  if (startCut) return end
  if (endCut) return start
  // What both moved together: the smaller of two moves in one direction, else 0.
  return start * end <= 0 ? 0 : Math.sign(start) * Math.min(Math.abs(start), Math.abs(end))
}
