// Distances on the ground between WGS-84 places, in metres.
import { distance } from '@turf/distance'
import type { LonLat } from '../contracts/geometry.ts'

/** Great-circle distance. */
export const metresBetween = (a: LonLat, b: LonLat): number => distance([...a], [...b], { units: 'meters' })

/** Distance to the outline of a polygon (local plane around the point: exact enough up to some kilometres). */
export function metresToPolygon(point: LonLat, ring: readonly LonLat[]): number {
  const east = 111_320 * Math.cos((point[1] * Math.PI) / 180)
  const north = 110_574
  const local = ring.map(([lon, lat]): [number, number] => [(lon - point[0]) * east, (lat - point[1]) * north])
  let nearest = Number.POSITIVE_INFINITY
  for (const [index, a] of local.entries()) {
    const b = local[(index + 1) % local.length] ?? a
    nearest = Math.min(nearest, distanceToSegment(a, b))
  }
  return nearest
}

/** Distance of the origin to a segment. */
function distanceToSegment([ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length))
  return Math.hypot(ax + share * dx, ay + share * dy)
}
