// The dwell machine: (state, observation) → (state, effects), pure. entered → stopped → parked → violation → left, one violation a parked
// vehicle, whatever the tracker, the light or the process does meanwhile. Its clock is the frames' event time.
import type { Appearance } from '../../contracts/appearance.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import { bottomCentreOf, iouOf, isDouble, isPart } from '../geometry/box.ts'
import { polygonHolds } from '../geometry/polygon.ts'
import { identify } from './identity.ts'
import { shiftOf } from './motion.ts'
import { noteOvertaking } from './overtaking.ts'
import type { ParkingRules, ParkingZone } from './parking-rules.ts'
import type { ParkingState, Vehicle } from './parking-state.ts'
import { markQueues } from './queue.ts'
import { counts, droveOff, missed, newVehicle, seen, standInZones } from './vehicle.ts'

/** A tracked object as the machine takes it. */
export interface ParkingObject {
  readonly trackId: number
  readonly label: string
  readonly group: string
  readonly score: number
  readonly box: PictureBox
  readonly look?: readonly number[]
  /** where the embedding was asked: of what stands, or may be one that stood */
  readonly appearance?: Appearance
}

export interface ParkingObservation {
  /** event time of the frame, ms since the epoch */
  readonly at: number
  /** every tracked object of the frame, vehicles or not (others may hide a place) */
  readonly objects: readonly ParkingObject[]
}

export type EndReason = 'left' | 'absent' | 'hours' | 'zone-removed'

export type ParkingEffect =
  | { readonly type: 'parked'; readonly vehicle: Vehicle }
  | { readonly type: 'started' | 'continued'; readonly vehicle: Vehicle; readonly zone: ParkingZone }
  | { readonly type: 'ended'; readonly vehicle: Vehicle; readonly reason: EndReason }

/** A longer break of the pictures hides who came meanwhile, ms. */
const breakMs = 3000
/** At fewer frames a second tracks of moving vehicles are not to be relied on, ms. */
const overtakingStepMs = 700
/** Boxes of one group that overlap more are one vehicle, found twice. */
const doubleIou = 0.65

/** One frame further. The given state is not changed. */
export function stepParking(
  before: ParkingState,
  observation: ParkingObservation,
  rules: ParkingRules,
): { state: ParkingState; effects: ParkingEffect[] } {
  const state = structuredClone(before)
  const elapsed = state.lastAt === undefined ? 0 : Math.max(0, observation.at - state.lastAt)
  const step = Math.min(elapsed, rules.gapMs)
  state.clock += step
  const now = state.clock
  if (state.lastAt === undefined || elapsed > breakMs) state.watchingSince = now
  state.lastAt = observation.at
  const effects: ParkingEffect[] = []
  const end = (vehicle: Vehicle, reason: EndReason) => {
    if (vehicle.violation) effects.push({ type: 'ended', vehicle: structuredClone(vehicle), reason })
  }

  const objects = withoutDoubles(
    observation.objects.filter(({ group }) => rules.groups.has(group)),
    state.vehicles,
  )
  const objectOf = identify(state.vehicles, objects, state.tracks, now, rules)
  const taken = new Set(objectOf.values())
  const gone = new Set<Vehicle>()

  for (const [index, vehicle] of state.vehicles.entries()) {
    const found = objectOf.get(index)
    if (found === undefined) {
      if (!missed(vehicle, observation.objects, step, now, rules)) continue
      gone.add(vehicle)
      end(vehicle, droveOff(vehicle, rules) ? 'left' : 'absent')
    } else if (!seen(vehicle, objects[found] as ParkingObject, observation.at, step, now, rules)) {
      gone.add(vehicle)
      end(vehicle, 'left')
      taken.delete(found)
    }
  }
  state.vehicles = state.vehicles.filter((vehicle) => !gone.has(vehicle))

  for (const [index, object] of objects.entries()) {
    if (taken.has(index)) continue
    if (
      !rules.zones.some((zone) => counts(zone, object.label) && polygonHolds(zone.polygon, bottomCentreOf(object.box)))
    )
      continue
    if (state.vehicles.some((vehicle) => shows(vehicle, object, now))) continue
    // What was not there when the picture began has come; at few frames a second it may never be seen moving.
    const came = now - state.watchingSince > breakMs || moved(state.tracks[object.trackId]?.origin, object, rules)
    const cameFrom = state.tracks[object.trackId]?.origin ?? object.box
    state.vehicles.push({ ...newVehicle(object, observation.at, ++state.sequence, now, came), cameFrom })
  }

  for (const vehicle of state.vehicles) standInZones(vehicle, observation.at, now, rules)
  if (step <= overtakingStepMs) noteOvertaking(state.vehicles, objects, state.tracks)
  markQueues(state.vehicles, now, rules)
  for (const vehicle of [...state.vehicles]) {
    const isSeen = vehicle.seenAt === now
    if (vehicle.violation) {
      const over = violationOver(vehicle, observation.at, rules)
      if (over !== undefined) {
        end(vehicle, over)
        delete vehicle.violation
        vehicle.phase = 'parked'
      } else if (isSeen) {
        const news = goesOn(vehicle, now, rules)
        if (news) effects.push(news)
      }
      continue
    }
    if (isSeen) effects.push(...advance(vehicle, now, rules))
  }
  state.vehicles = dropReplaced(state.vehicles, now, end)
  rememberTracks(state, objects, now)
  return { state, effects }
}

/** Is the object another view of a vehicle that stands and is seen, or a part of one that stands? */
function shows(vehicle: Vehicle, object: ParkingObject, now: number): boolean {
  if (vehicle.group !== object.group || vehicle.phase === 'entered') return false
  if (isPart(object.box, vehicle.anchor)) return true
  return vehicle.seenAt === now && (isDouble(vehicle.box, object.box) || iouOf(vehicle.box, object.box) > doubleIou)
}

function moved(origin: PictureBox | undefined, object: ParkingObject, rules: ParkingRules): boolean {
  return origin !== undefined && shiftOf(origin, object.box, rules.regions) > rules.moveShare
}

/** The next phase of a vehicle that is seen in this frame and has no violation. */
function advance(vehicle: Vehicle, now: number, rules: ParkingRules): ParkingEffect[] {
  const effects: ParkingEffect[] = []
  const stands = now - vehicle.standsSince
  if (vehicle.phase === 'entered' && stands >= rules.stoppedMs && vehicle.seen >= 3) vehicle.phase = 'stopped'
  if (vehicle.phase === 'entered' || vehicle.displacedSince !== undefined) return effects
  const running = rules.zones.filter((zone) => vehicle.clocks[zone.id] !== undefined)
  if (running.length === 0) return effects
  const shortest = Math.min(...running.map((zone) => zone.dwellMs))
  if (vehicle.phase === 'stopped' && stands >= Math.min(rules.parkedMs, shortest / 2)) {
    vehicle.phase = 'parked'
    effects.push({ type: 'parked', vehicle: structuredClone(vehicle) })
  }
  if (vehicle.phase !== 'parked' || vehicle.queued) return effects
  if (vehicle.shown < rules.seenShare || shareSeen(vehicle) < rules.seenOverall) return effects
  const zone = running.find(({ id, dwellMs }) => now - (vehicle.clocks[id] ?? now) >= dwellMs)
  if (zone === undefined) return effects
  vehicle.phase = 'violation'
  vehicle.told++
  const number = vehicle.told === 1 ? '' : `.${vehicle.told}`
  vehicle.violation = {
    findingId: `${rules.cameraId}/${zone.id}/${vehicle.id}${number}`,
    zoneId: zone.id,
    since: vehicle.standsAt + ((vehicle.clocks[zone.id] ?? now) - vehicle.standsSince),
    reportedAt: now,
    toldAt: now,
    news: 0,
  }
  effects.push({ type: 'started', vehicle: structuredClone(vehicle), zone })
  return effects
}

/** Since it stands, of the frames that showed its place: several that stop there in turn are seen in fewer than one that stays. */
const shareSeen = ({ seen, missed = 0 }: Vehicle): number => seen / (seen + missed)

function violationOver(vehicle: Vehicle, at: number, rules: ParkingRules): EndReason | undefined {
  const zone = rules.zones.find(({ id }) => id === vehicle.violation?.zoneId)
  if (zone === undefined) return 'zone-removed'
  return zone.active(at) ? undefined : 'hours'
}

function goesOn(vehicle: Vehicle, now: number, rules: ParkingRules): ParkingEffect | undefined {
  const { violation } = vehicle
  const zone = rules.zones.find(({ id }) => id === violation?.zoneId)
  if (violation === undefined || zone === undefined || now - violation.toldAt < rules.continueMs) return undefined
  vehicle.violation = { ...violation, toldAt: now, news: violation.news + 1 }
  return { type: 'continued', vehicle: structuredClone(vehicle), zone }
}

/** One vehicle a place: where another has come to stand, the one that is no longer seen there has left. */
function dropReplaced(vehicles: Vehicle[], now: number, end: (vehicle: Vehicle, reason: EndReason) => void): Vehicle[] {
  return vehicles.filter((old) => {
    if (old.seenAt === now || old.phase === 'entered') return true
    const replaced = vehicles.some(
      (other) =>
        other !== old &&
        other.group === old.group &&
        other.seenAt === now &&
        other.phase !== 'entered' &&
        iouOf(other.anchor, old.anchor) > 0.4,
    )
    if (replaced) end(old, 'left')
    return !replaced
  })
}

/** Of boxes found twice the one stays that a known vehicle has, else the surer one. */
function withoutDoubles(objects: readonly ParkingObject[], vehicles: readonly Vehicle[]): ParkingObject[] {
  const known = new Set(vehicles.map(({ trackId }) => trackId))
  const ranked = [...objects].sort(
    (a, b) => Number(known.has(b.trackId)) - Number(known.has(a.trackId)) || b.score - a.score || a.trackId - b.trackId,
  )
  const kept: ParkingObject[] = []
  for (const object of ranked) {
    if (!kept.some((other) => other.group === object.group && iouOf(other.box, object.box) > doubleIou))
      kept.push(object)
  }
  return kept
}

const forgetTrackMs = 5000

function rememberTracks(state: ParkingState, objects: readonly ParkingObject[], now: number): void {
  for (const { trackId, box } of objects) {
    const known = state.tracks[trackId]
    if (known) known.seenAt = now
    else state.tracks[trackId] = { origin: box, seenAt: now }
  }
  for (const [trackId, { seenAt }] of Object.entries(state.tracks)) {
    if (now - seenAt > forgetTrackMs) delete state.tracks[trackId]
  }
}
