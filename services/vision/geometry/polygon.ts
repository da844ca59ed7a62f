// Polygons in pictures: is a point inside, how much of a box lies inside.
import type { PicturePoint, PicturePolygon } from '../../contracts/geometry.ts'
import { type Box, heightOf, widthOf } from './box.ts'

/** Even-odd rule; a point on a left or upper edge is inside, on a right or lower edge outside, so neighbours never share a point. */
export function polygonHolds(polygon: PicturePolygon, [x, y]: PicturePoint): boolean {
  let inside = false
  let [previousX, previousY] = polygon.at(-1) ?? [0, 0]
  for (const [cornerX, cornerY] of polygon) {
    if (cornerY > y !== previousY > y) {
      const crossing = cornerX + ((y - cornerY) / (previousY - cornerY)) * (previousX - cornerX)
      if (x < crossing) inside = !inside
    }
    previousX = cornerX
    previousY = cornerY
  }
  return inside
}

/** The smallest box around a polygon. */
export function boundsOf(polygon: PicturePolygon): Box {
  const xs = polygon.map(([x]) => x)
  const ys = polygon.map(([, y]) => y)
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}

/** Share of a box that lies in the polygon, 0..1, on a grid of 12 × 12 points. */
export function shareInside(polygon: PicturePolygon, box: Box): number {
  const steps = 12
  let inside = 0
  for (let row = 0; row < steps; row++) {
    for (let column = 0; column < steps; column++) {
      const x = box[0] + ((column + 0.5) / steps) * widthOf(box)
      const y = box[1] + ((row + 0.5) / steps) * heightOf(box)
      if (polygonHolds(polygon, [x, y])) inside++
    }
  }
  return inside / steps ** 2
}
