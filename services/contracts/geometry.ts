// Places: coordinates are WGS-84 everywhere inside (GCJ-02 only at a map's edge); picture coordinates are fractions of the full frame.
import { type Static, Type } from 'typebox'

/** [longitude, latitude] in degrees, WGS-84 (the order of GeoJSON, RFC 7946). */
export const LonLat = Type.Tuple([
  Type.Number({ minimum: -180, maximum: 180 }),
  Type.Number({ minimum: -90, maximum: 90 }),
])
export type LonLat = Static<typeof LonLat>

const Fraction = Type.Number({ minimum: 0, maximum: 1 })

/** A point in a picture, as fractions of its width and height; origin top left. */
export const PicturePoint = Type.Tuple([Fraction, Fraction])
export type PicturePoint = Static<typeof PicturePoint>

/** A box in a picture: [x1, y1, x2, y2] as fractions of the full frame; origin top left. */
export const PictureBox = Type.Tuple([Fraction, Fraction, Fraction, Fraction])
export type PictureBox = Static<typeof PictureBox>

/** A simple polygon in a picture, 3 to 64 points, not closed (the last point joins the first). */
export const PicturePolygon = Type.Array(PicturePoint, { minItems: 3, maxItems: 64 })
export type PicturePolygon = Static<typeof PicturePolygon>

/** Intersection over union of two boxes, 0 to 1; boxes without area overlap nothing. */
export function overlapOf(one: Readonly<PictureBox>, other: Readonly<PictureBox>): number {
  const across = Math.min(one[2], other[2]) - Math.max(one[0], other[0])
  const down = Math.min(one[3], other[3]) - Math.max(one[1], other[1])
  if (across <= 0 || down <= 0) return 0
  const area = ([x1, y1, x2, y2]: Readonly<PictureBox>) => (x2 - x1) * (y2 - y1)
  return (across * down) / (area(one) + area(other) - across * down)
}
