// Who was passed by whom: a vehicle that another passes in its own direction, on the same side of the road, does not wait for the same thing.
import { type Box, centreOf, heightOf, widthOf } from '../geometry/box.ts'
import type { ParkingObject } from './parking-machine.ts'
import type { TrackOrigin, Vehicle } from './parking-state.ts'

/** So many are noted of one vehicle. */
const mostNoted = 8
/** Beside it no farther than this, in its own sizes: beyond that is another road. */
const besideSizes = 2.5
/** Directions agree from this cosine on. */
const sameWay = 0.8

/** Notes on each standing vehicle which tracks came from behind it and are before it now. */
export function noteOvertaking(
  vehicles: readonly Vehicle[],
  objects: readonly ParkingObject[],
  tracks: Readonly<Record<string, TrackOrigin>>,
): void {
  const standing = new Set(vehicles.flatMap(({ phase, trackId }) => (phase === 'entered' ? [] : [trackId])))
  for (const object of objects) {
    const origin = tracks[object.trackId]?.origin
    if (origin === undefined || standing.has(object.trackId)) continue
    for (const vehicle of vehicles) {
      const noted = vehicle.passedBy ?? []
      if (vehicle.phase === 'entered' || vehicle.group !== object.group || noted.length >= mostNoted) continue
      if (noted.includes(object.trackId)) continue
      if (hasPassed(vehicle, origin, object.box)) vehicle.passedBy = [...noted, object.trackId]
    }
  }
}

/** In units of the vehicle's own size, along and across the way it came. */
function hasPassed({ anchor, cameFrom }: Vehicle, from: Box, to: Box): boolean {
  if (cameFrom === undefined) return false
  const [wide, high] = [widthOf(anchor), heightOf(anchor)]
  const place = (box: Box): [number, number] => {
    const [x, y] = centreOf(box)
    const [ownX, ownY] = centreOf(anchor)
    return [(x - ownX) / wide, (y - ownY) / high]
  }
  const [wayX, wayY] = place(cameFrom)
  const length = Math.hypot(wayX, wayY)
  if (length < 1) return false
  const along = ([x, y]: [number, number]) => -(x * wayX + y * wayY) / length
  const across = ([x, y]: [number, number]) => Math.abs(x * wayY - y * wayX) / length
  const [start, end] = [place(from), place(to)]
  const drive = Math.hypot(end[0] - start[0], end[1] - start[1])
  return (
    along(start) < -0.5 &&
    along(end) > 0.5 &&
    across(end) < besideSizes &&
    (along(end) - along(start)) / drive > sameWay
  )
}
