// One vehicle of the parking machine: how a frame in which it was seen, or missed, changes what is known of it.
import type { PictureBox } from '../../contracts/geometry.ts'
import { bottomCentreOf, clampToFrame, coverageOf, iouOf } from '../geometry/box.ts'
import { polygonHolds } from '../geometry/polygon.ts'
import { nowhere, rememberZones } from '../zones/zone-inertia.ts'
import { blendLooks } from './look.ts'
import { shiftOf, translationOf } from './motion.ts'
import type { ParkingObject } from './parking-machine.ts'
import type { ParkingRules, ParkingZone } from './parking-rules.ts'
import type { Vehicle } from './parking-state.ts'

/** Covered so far by another object, a place is hidden. */
const hiddenShare = 0.3
/** A moving vehicle that is unseen for this long is forgotten, ms. */
export const passingMs = 2000
/** Nobody standing here is missed for longer by chance, ms. */
const emptyMs = 1500
/**
 * Time over which an anchor follows its box (a mast that bends, a picture that drifts), ms. What crawls by less than moveShare of its size in
 * this time stands.
 */
const anchorMs = 15_000
/** Time over which a look follows what is seen, ms. */
const lookMs = 20_000
/** Time over which `shown` forgets, ms. */
const shownMs = 6000
/** One frame counts no more than this as time unseen, ms. */
const frameMs = 2000

/** Does a class count in a zone? */
export const counts = (zone: ParkingZone, label: string): boolean => zone.classes.includes(label)

/** A vehicle seen for the first time in a zone. */
export function newVehicle(object: ParkingObject, at: number, number: number, now: number, came: boolean): Vehicle {
  return {
    id: `${Math.max(0, Math.round(at)).toString(36)}-${number}`,
    group: object.group,
    label: object.label,
    phase: 'entered',
    trackId: object.trackId,
    anchor: object.box,
    box: object.box,
    score: object.score,
    ...(object.look ? { look: [...object.look] } : {}),
    arrivedAt: at,
    standsAt: at,
    standsSince: now,
    seenAt: now,
    absent: 0,
    hidden: 0,
    seen: 1,
    shown: 1,
    came,
    queued: false,
    zones: nowhere,
    clocks: {},
    told: 0,
    pictures: [],
  }
}

/** Takes in where a vehicle was seen. False: it has left its place. */
export function seen(
  vehicle: Vehicle,
  object: ParkingObject,
  at: number,
  step: number,
  now: number,
  rules: ParkingRules,
): boolean {
  const shift = shiftOf(vehicle.anchor, object.box, rules.regions)
  // what passed here first, and was not here then, has only now come to stand
  if (vehicle.phase === 'entered' && now - vehicle.seenAt > emptyMs) vehicle.came = true
  vehicle.trackId = object.trackId
  vehicle.box = object.box
  vehicle.label = object.label
  vehicle.score = object.score
  vehicle.seenAt = now
  vehicle.absent = 0
  vehicle.hidden = 0
  if (shift <= rules.moveShare) {
    vehicle.seen++
    show(vehicle, 1, step)
    delete vehicle.displacedSince
    settle(vehicle, object, step, rules)
    if (object.appearance) {
      vehicle.appearance = object.appearance
      vehicle.appearedAt = at
    }
    return true
  }
  if (vehicle.phase === 'entered') {
    stand(vehicle, at, now)
    return true
  }
  vehicle.displacedSince ??= now
  if (now - vehicle.displacedSince < rules.moveConfirmMs) return true
  if (vehicle.violation) return shift < rules.leaveShare
  stand(vehicle, at, now)
  return true
}

/** The first boxes are averaged; then the anchor follows what its edges agree on, slowly. A look follows too. */
function settle(vehicle: Vehicle, object: ParkingObject, step: number, rules: ParkingRules): void {
  if (vehicle.seen <= 5 && iouOf(vehicle.anchor, object.box) > 0.7) {
    vehicle.anchor = vehicle.anchor.map(
      (edge, i) => edge + ((object.box[i] ?? edge) - edge) / vehicle.seen,
    ) as PictureBox
  } else {
    const weight = Math.min(1, step / anchorMs)
    const [x, y] = translationOf(vehicle.anchor, object.box, rules.regions)
    vehicle.anchor = clampToFrame([
      vehicle.anchor[0] + weight * x,
      vehicle.anchor[1] + weight * y,
      vehicle.anchor[2] + weight * x,
      vehicle.anchor[3] + weight * y,
    ])
  }
  if (object.look === undefined) return
  vehicle.look = vehicle.look ? blendLooks(vehicle.look, object.look, Math.min(1, step / lookMs)) : [...object.look]
}

/** At few frames a second traffic looks as if it stood in the place of one that left; but it does so in few frames. */
function show(vehicle: Vehicle, hit: 0 | 1, step: number): void {
  const weight = 1 - Math.exp(-Math.min(step, frameMs) / shownMs)
  // of a state saved by an older version
  const before = vehicle.shown ?? 1
  vehicle.shown = before + weight * (hit - before)
}

/** It moved: from now on it stands here, and every clock begins anew. */
function stand(vehicle: Vehicle, at: number, now: number): void {
  vehicle.anchor = vehicle.box
  vehicle.phase = 'entered'
  vehicle.standsAt = at
  vehicle.standsSince = now
  vehicle.came = true
  vehicle.seen = 1
  delete vehicle.missed
  vehicle.shown = 1
  vehicle.clocks = {}
  vehicle.pictures = []
  delete vehicle.passedBy
  delete vehicle.sightedAt
  delete vehicle.appearance
  delete vehicle.appearedAt
  delete vehicle.displacedSince
}

/** Takes in that a vehicle was not seen. True: it is gone. */
export function missed(
  vehicle: Vehicle,
  objects: readonly ParkingObject[],
  step: number,
  now: number,
  rules: ParkingRules,
): boolean {
  const unseen = Math.min(step, frameMs)
  if (vehicle.phase === 'entered') return now - vehicle.seenAt > passingMs
  const isHidden = objects.some(
    (object) => object.trackId !== vehicle.trackId && coverageOf(vehicle.anchor, object.box) > hiddenShare,
  )
  if (isHidden) {
    vehicle.hidden += unseen
    return vehicle.hidden >= rules.hiddenMs
  }
  show(vehicle, 0, unseen)
  vehicle.missed = (vehicle.missed ?? 0) + 1
  vehicle.absent += unseen
  return vehicle.absent >= (droveOff(vehicle, rules) ? rules.moveConfirmMs : rules.absentMs)
}

/**
 * Was it last seen driving off? Then there is no need to wait for it as for one that is hidden. A small displacement is not enough: a camera
 * that is shaken, or half a box, shows that too.
 */
export const droveOff = (vehicle: Vehicle, rules: ParkingRules): boolean =>
  vehicle.displacedSince !== undefined && shiftOf(vehicle.anchor, vehicle.box, rules.regions) >= rules.leaveShare

/** Zones that hold it, with inertia: by its place once it stands (its lower edge may be hidden), by its box while it moves. */
export function standInZones(vehicle: Vehicle, at: number, now: number, rules: ParkingRules): void {
  if (vehicle.seenAt === now) {
    const foot = bottomCentreOf(vehicle.anchor)
    const inside = rules.zones.filter((zone) => polygonHolds(zone.polygon, foot)).map(({ id }) => id)
    vehicle.zones = rememberZones(vehicle.zones, inside, rules.inertiaFrames)
  }
  const running: Record<string, number> = {}
  for (const zone of rules.zones) {
    if (!vehicle.zones.held.includes(zone.id) || !counts(zone, vehicle.label) || !zone.active(at)) continue
    running[zone.id] = vehicle.clocks[zone.id] ?? now
  }
  vehicle.clocks = running
}
