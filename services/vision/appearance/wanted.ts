// Of which objects the embedding is asked: never of traffic, once of what has come to stand (again now and then, as the light changes), and of
// what appears where a known vehicle was lost from view. Pure.
import { iouOf } from '../geometry/box.ts'
import type { ParkingObject } from '../parking/parking-machine.ts'
import type { ParkingState, Vehicle } from '../parking/parking-state.ts'

/** A place is asked about at most so often in one frame: traffic that passes a hidden vehicle must not cost more. */
const mostPerFrame = 4
/** Unseen for less long, ms, a vehicle cannot have been exchanged, so its look does not matter. */
const exchangeMs = 1000

export function wantedAppearances(
  { vehicles, clock, lastAt }: Pick<ParkingState, 'vehicles' | 'clock' | 'lastAt'>,
  objects: readonly ParkingObject[],
  at: number,
  rules: { readonly samePlaceIou: number; readonly refreshMs: number },
): ParkingObject[] {
  const standing = vehicles.filter(({ phase }) => phase !== 'entered')
  if (standing.length === 0) return []
  const known = new Set(vehicles.map(({ trackId }) => trackId))
  const elapsed = lastAt === undefined ? 0 : Math.max(0, at - lastAt)
  const isThere = (vehicle: Vehicle, object: ParkingObject) =>
    vehicle.group === object.group && iouOf(vehicle.anchor, object.box) >= rules.samePlaceIou
  const isDue = ({ appearedAt }: Vehicle) => appearedAt === undefined || Math.abs(at - appearedAt) >= rules.refreshMs
  const isLost = ({ appearance, seenAt }: Vehicle) => appearance !== undefined && clock + elapsed - seenAt > exchangeMs
  return objects
    .filter((object) =>
      standing.some(
        (vehicle) =>
          isThere(vehicle, object) &&
          (vehicle.trackId === object.trackId ? isDue(vehicle) : !known.has(object.trackId) && isLost(vehicle)),
      ),
    )
    .slice(0, mostPerFrame)
}
