// Which object of this frame is which known vehicle. A standing vehicle is its place, class group and look; its track id comes after that,
// so a switched id, an occlusion, a light flash or a restart changes nothing. A moving one is its track.
import { iouOf, isDouble } from '../geometry/box.ts'
import { lookDistance } from './look.ts'
import { shiftOf } from './motion.ts'
import type { ParkingObject } from './parking-machine.ts'
import type { ParkingRules } from './parking-rules.ts'
import type { TrackOrigin, Vehicle } from './parking-state.ts'

/** Two vehicles cannot have changed places within this time, ms: what stands there now is the same one with a new track id. */
const exchangeMs = 1000
/** Unseen for no longer than this, ms, a changed look is put down to light. */
const flashMs = 3000
/** A track swap with another living track needs looks this near, and this much nearer than the other's. */
const swapLook = 0.35
const swapMargin = 0.1

/** Pairs as (vehicle index → object index); each object is at most one vehicle. */
export function identify(
  vehicles: readonly Vehicle[],
  objects: readonly ParkingObject[],
  tracks: Readonly<Record<string, TrackOrigin>>,
  now: number,
  rules: ParkingRules,
): Map<number, number> {
  const pairs: { vehicle: number; object: number; rank: number; overlap: number }[] = []
  for (const [v, vehicle] of vehicles.entries()) {
    const own = objects.find((object) => object.trackId === vehicle.trackId)
    for (const [o, object] of objects.entries()) {
      if (object.group !== vehicle.group) continue
      const rank = rankOf(vehicle, object, own, tracks[object.trackId], now, rules)
      if (rank > 0) pairs.push({ vehicle: v, object: o, rank, overlap: iouOf(vehicle.anchor, object.box) })
    }
  }
  pairs.sort((a, b) => b.rank - a.rank || b.overlap - a.overlap || a.vehicle - b.vehicle || a.object - b.object)
  const objectOf = new Map<number, number>()
  const taken = new Set<number>()
  for (const { vehicle, object } of pairs) {
    if (objectOf.has(vehicle) || taken.has(object)) continue
    objectOf.set(vehicle, object)
    taken.add(object)
  }
  return objectOf
}

/** 3: its own track at its place; 2: another track at its place, taken for it; 1: its own track, elsewhere; 0: not it. */
function rankOf(
  vehicle: Vehicle,
  object: ParkingObject,
  own: ParkingObject | undefined,
  track: TrackOrigin | undefined,
  now: number,
  rules: ParkingRules,
): number {
  const isOwn = object === own
  const unseen = now - vehicle.seenAt
  if (vehicle.phase === 'entered') {
    if (isOwn) return 1
    const newTrack = track === undefined || iouOf(track.origin, vehicle.box) > rules.samePlaceIou
    return own === undefined && newTrack && unseen <= exchangeMs && iouOf(vehicle.box, object.box) > rules.samePlaceIou
      ? 0.5
      : 0
  }
  if (isOwn) return shiftOf(vehicle.anchor, object.box, rules.regions) <= rules.moveShare ? 3 : 1
  if (iouOf(vehicle.anchor, object.box) < rules.samePlaceIou && !isDouble(vehicle.anchor, object.box)) return 0
  const distance = vehicle.look && object.look ? lookDistance(vehicle.look, object.look) : undefined
  if (own !== undefined) {
    // Its track went to a part or a double of it, and this is the whole again: two vehicles do not stand in each other.
    if (iouOf(own.box, object.box) > 0.25) return 2
    // Its track goes on elsewhere: either it drives off and this one follows, or the tracker swapped the two.
    if (distance === undefined || distance > swapLook || own.look === undefined || vehicle.look === undefined) return 0
    return distance + swapMargin < lookDistance(vehicle.look, own.look) ? 2 : 0
  }
  const cameFromElsewhere = track !== undefined && iouOf(track.origin, vehicle.anchor) < 0.3
  const alike = distance === undefined || distance <= rules.sameLook
  if (unseen <= exchangeMs) return alike || !cameFromElsewhere ? 2 : 0
  if (cameFromElsewhere) return 0
  return alike || unseen <= flashMs ? 2 : 0
}
