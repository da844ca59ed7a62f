// Which standing vehicles are told to the ledger: each one once it is parked and every few hours after that, and once when it is gone. Pure;
// what was told is remembered in the vehicle itself, so it survives a restart with it.

import type { ParkingRules } from '../parking/parking-rules.ts'
import type { ParkingState, Vehicle } from '../parking/parking-state.ts'
import { droveOff } from '../parking/vehicle.ts'

export interface Sighting {
  readonly phase: 'seen' | 'gone'
  readonly vehicle: Vehicle
  readonly reason?: 'left' | 'absent'
}

/** What is to be told after a frame, and the state that knows of it. `before` is the state before the frame. */
export function sightingsOf(
  before: ParkingState,
  after: ParkingState,
  at: number,
  rules: ParkingRules,
): { state: ParkingState; sightings: Sighting[] } {
  const sightings: Sighting[] = []
  const now = new Map(after.vehicles.map((vehicle) => [vehicle.id, vehicle]))
  for (const old of before.vehicles) {
    if (old.sightedAt === undefined) continue
    const vehicle = now.get(old.id)
    if (vehicle && vehicle.standsAt === old.standsAt) continue
    const reason = vehicle || droveOff(old, rules) ? 'left' : 'absent'
    sightings.push({ phase: 'gone', vehicle: old, reason })
  }
  const vehicles = after.vehicles.map((vehicle) => {
    const stands = (vehicle.phase === 'parked' || vehicle.phase === 'violation') && vehicle.seenAt === after.clock
    const due = vehicle.sightedAt === undefined || at - vehicle.sightedAt >= rules.sightingMs
    if (!stands || !due) return vehicle
    sightings.push({ phase: 'seen', vehicle })
    return { ...vehicle, sightedAt: at }
  })
  return { state: sightings.some(({ phase }) => phase === 'seen') ? { ...after, vehicles } : after, sightings }
}
