// Waiting in line is not parking: vehicles that came and stopped one behind the other about the same time make a queue (a red light, a
// barrier); its dwell clocks wait for up to queueMs of their zone. A line that others pass whole is not waiting: those park.
import { areaOf, type Box, heightOf, widthOf } from '../geometry/box.ts'
import type { ParkingRules } from './parking-rules.ts'
import type { Vehicle } from './parking-state.ts'

/** Vehicles of one queue stop within this time of their neighbour, ms. */
const togetherMs = 30_000
/** Neighbours are nearer than this share of their size. */
const gapShare = 1.2
/** Neighbours differ in area by no more than this factor. */
const alikeSizes = 3

/**
 * Marks the vehicles that stand in a queue that may still move on. When a queue breaks up (its head drives off) before its time is over, the
 * clocks of the others begin anew; when its time is over, they stand as they did.
 */
export function markQueues(vehicles: readonly Vehicle[], now: number, rules: ParkingRules): void {
  const { held, expired } = linesOf(vehicles, now, rules)
  for (const vehicle of vehicles) {
    if (vehicle.queued && !held.has(vehicle.id) && !expired.has(vehicle.id)) {
      vehicle.clocks = Object.fromEntries(Object.keys(vehicle.clocks).map((zone) => [zone, now]))
    }
    vehicle.queued = held.has(vehicle.id)
  }
}

function linesOf(
  vehicles: readonly Vehicle[],
  now: number,
  rules: ParkingRules,
): { held: ReadonlySet<string>; expired: ReadonlySet<string> } {
  const waiting = vehicles.filter((vehicle) => vehicle.came && queueMsOf(vehicle, rules) > 0)
  const held = new Set<string>()
  const expired = new Set<string>()
  const left = new Set(waiting)
  for (const first of waiting) {
    if (!left.delete(first)) continue
    const line = [first]
    for (const member of line) {
      for (const other of left) {
        if (!neighbours(member, other)) continue
        left.delete(other)
        line.push(other)
      }
    }
    if (line.length < rules.queueVehicles) continue
    const overtaken =
      rules.queueOvertaken > 0 && line.every(({ passedBy }) => (passedBy?.length ?? 0) >= rules.queueOvertaken)
    // one of it was told: it outstayed a light, and those behind it wait for none
    const told = line.some(({ violation }) => violation !== undefined)
    for (const vehicle of line) {
      // by its own stop: those who come later and line up behind it do not excuse it any longer
      const waits = !overtaken && !told && now - vehicle.standsSince < queueMsOf(vehicle, rules)
      ;(waits ? held : expired).add(vehicle.id)
    }
  }
  return { held, expired }
}

/** How long a line may wait where it stands: the least of its zones. One that is in no zone yet waits nowhere. */
function queueMsOf({ clocks }: Vehicle, { zones }: ParkingRules): number {
  const times = zones.flatMap(({ id, queueMs }) => (clocks[id] === undefined ? [] : [queueMs]))
  return times.length === 0 ? 0 : Math.min(...times)
}

function neighbours(a: Vehicle, b: Vehicle): boolean {
  if (a.group !== b.group || Math.abs(a.standsSince - b.standsSince) > togetherMs) return false
  const sizes = areaOf(a.anchor) / areaOf(b.anchor)
  if (sizes > alikeSizes || sizes < 1 / alikeSizes) return false
  const horizontal = gapBetween(a.anchor, b.anchor, 0) / Math.min(widthOf(a.anchor), widthOf(b.anchor))
  const vertical = gapBetween(a.anchor, b.anchor, 1) / Math.min(heightOf(a.anchor), heightOf(b.anchor))
  return Math.hypot(horizontal, vertical) <= gapShare
}

/** Free space between two boxes along an axis (0: x, 1: y), 0 if they overlap there. */
const gapBetween = (a: Box, b: Box, axis: 0 | 1): number =>
  Math.max(0, Math.max(a[axis], b[axis]) - Math.min(a[axis === 0 ? 2 : 3], b[axis === 0 ? 2 : 3]))
