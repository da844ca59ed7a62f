// Which object of this frame is which known vehicle. A standing vehicle is its place, class group and look; its track id comes after that,
// so a switched id, an occlusion, a light flash or a restart changes nothing. A moving one is its track.
import { apartness } from '../../contracts/appearance.ts'
import { areaOf, iouOf, isDouble } from '../geometry/box.ts'
import { lookDistance } from './look.ts'
import { shiftOf } from './motion.ts'
import type { ParkingObject } from './parking-machine.ts'
import type { ParkingRules } from './parking-rules.ts'
import type { TrackOrigin, Vehicle } from './parking-state.ts'
import { passingMs } from './vehicle.ts'

/** Two vehicles cannot have changed places within this time, ms: what stands there now is the same one with a new track id. */
const exchangeMs = 1000
/** Unseen for no longer than this, ms, a changed look is put down to light. */
const flashMs = 3000
/** A track swap with another living track needs looks this near, and this much nearer than the other's. */
const swapLook = 0.35
const swapMargin = 0.1
/** A track first seen this far from a place, as a share of the vehicle's size, has come to it. */
const elsewhere = 0.4
/** Looks farther apart than this have hardly a colour in common. */
const otherLook = 0.75

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
      const rank = rankOf(vehicle, object, own, originOf(vehicle, tracks[object.trackId], vehicles, now), now, rules)
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

/** Where a track began, unless that is the place of another vehicle that still stands there: then the tracker mixed the two up. */
function originOf(
  vehicle: Vehicle,
  track: TrackOrigin | undefined,
  vehicles: readonly Vehicle[],
  now: number,
): TrackOrigin | undefined {
  if (track === undefined) return undefined
  const mixedUp = vehicles.some(
    (other) =>
      other !== vehicle &&
      other.phase !== 'entered' &&
      now - other.seenAt <= exchangeMs &&
      iouOf(other.anchor, track.origin) > 0.3,
  )
  return mixedUp ? undefined : track
}

/** A track that went over to something of another size and another look (a bus drove off, and the car it hid appears). */
function isAnother({ anchor, look }: Vehicle, object: ParkingObject): boolean {
  const sizes = areaOf(object.box) / areaOf(anchor)
  if (look === undefined || object.look === undefined || (sizes > 0.5 && sizes < 2)) return false
  return lookDistance(look, object.look) > otherLook
}

/** 3: its own track at its place; 2.5: it just came here, with this or another track; 2: another track at its place, taken for it; 1: its own track, elsewhere; 0: not it. */
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
  const distance = vehicle.look && object.look ? lookDistance(vehicle.look, object.look) : undefined
  const apart = apartness(vehicle.appearance, object.appearance)
  const alike =
    apart === undefined ? distance === undefined || distance <= rules.sameLook : apart <= rules.sameAppearance
  if (vehicle.phase === 'entered') {
    const newTrack = track === undefined || iouOf(track.origin, vehicle.box) > rules.samePlaceIou
    const here = iouOf(vehicle.box, object.box) > rules.samePlaceIou
    if (!isOwn && (own !== undefined || !newTrack || !here)) return 0
    // It had just come to stand here, and was seen here later than whatever stood here before.
    if (vehicle.seen >= 2 && here && alike && unseen <= passingMs) return 2.5
    if (isOwn) return 1
    return unseen <= exchangeMs ? 0.5 : 0
  }
  if (isOwn) {
    if (isAnother(vehicle, object)) return 0
    if (shiftOf(vehicle.anchor, object.box, rules.regions) <= rules.moveShare) return 3
    // A track that went off to something that looks otherwise (a false box beside it) is no drive.
    return alike ? 1 : 0
  }
  if (iouOf(vehicle.anchor, object.box) < rules.samePlaceIou && !isDouble(vehicle.anchor, object.box)) return 0
  if (own !== undefined) {
    // Its track went to a part or a double of it, and this is the whole again: two vehicles do not stand in each other.
    if (iouOf(own.box, object.box) > 0.25) return 2
    // Its track goes on elsewhere: either it drives off and this one follows, or the tracker swapped the two.
    if (distance === undefined || distance > swapLook || own.look === undefined || vehicle.look === undefined) return 0
    return distance + swapMargin < lookDistance(vehicle.look, own.look) ? 2 : 0
  }
  const cameFromElsewhere = track !== undefined && shiftOf(vehicle.anchor, track.origin, rules.regions) > elsewhere
  if (unseen <= exchangeMs) return alike || !cameFromElsewhere ? 2 : 0
  if (cameFromElsewhere) return 0
  return alike || unseen <= flashMs ? 2 : 0
}
