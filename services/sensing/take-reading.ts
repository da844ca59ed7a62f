// First half of a reading's way: its samples are placed in the device's memory, and faults of sensors are told apart. Pure.
import type { SensingConfig } from '../contracts/config/sensing.ts'
import type { ReadingRecorded } from '../contracts/events/reading-recorded-v1.ts'
import { gasArraySensors, measurementOf } from '../contracts/measurements.ts'
import type { DeviceState } from './device-state.ts'
import { emptySensor, type FaultKind, takeSample } from './faults/sensor-health.ts'
import { addToArray } from './gas-array.ts'
import { addNoise } from './limits/noise.ts'
import { own } from './own.ts'

export interface FaultChange {
  readonly name: string
  readonly fault: FaultKind | null
  readonly before: FaultKind | null
}

export interface Taken {
  readonly state: DeviceState
  /** event time of the reading, ms; its receive time where the device's clock is wrong */
  readonly at: number
  /** sound new samples of this reading */
  readonly values: Readonly<Record<string, number>>
  readonly faults: readonly FaultChange[]
  readonly counts: Readonly<Record<'new' | 'duplicate' | 'late' | 'excluded', number>>
  /** the reading completed a gas-array window that is newer than the ones before */
  readonly arrayGrew: boolean
}

/** Takes one reading. A reading seen before gives no values and changes nothing. */
export function takeReading(before: DeviceState, reading: ReadingRecorded, config: SensingConfig): Taken {
  const at = Date.parse(reading.clockSkewed ? reading.receivedAt : reading.observedAt)
  const counts = { new: 0, duplicate: 0, late: 0, excluded: 0 }
  const sensors = { ...before.sensors }
  const latest = { ...before.latest }
  const values: Record<string, number> = {}
  const faults: FaultChange[] = []
  for (const [name, value] of Object.entries(reading.values)) {
    if (!isKnown(name, config)) continue
    const old = own(sensors, name) ?? emptySensor
    const verdict = takeSample(old, name, at, value, own(reading.flags ?? {}, name), config.faults)
    counts[verdict.sample]++
    sensors[name] = verdict.state
    if (verdict.state.fault !== old.fault) faults.push({ name, fault: verdict.state.fault, before: old.fault })
    if (verdict.sample !== 'new') continue
    if (verdict.state.fault === null) values[name] = value
    if (at >= (own(latest, name)?.[0] ?? Number.NEGATIVE_INFINITY)) latest[name] = [at, value]
  }
  const noise =
    values.noise_la === undefined
      ? before.noise
      : addNoise(before.noise, at, values.noise_la, config.noise.windowSeconds)
  const array = gasArraySensors.map((name) => values[name]).filter((value) => value !== undefined)
  const gasArray = array.length === gasArraySensors.length ? addToArray(before.gasArray, at, array) : before.gasArray
  const state: DeviceState = {
    ...before,
    kind: reading.kind,
    location: reading.location ?? before.location,
    heardAt: Math.max(before.heardAt, Date.parse(reading.receivedAt)),
    sensors,
    latest,
    noise,
    gasArray,
  }
  const arrayGrew = gasArray !== before.gasArray && gasArray.window.at(-1)?.[0] === at
  return { state, at, values, faults, counts, arrayGrew }
}

/** Other names are recorded elsewhere; remembering them here would let a device grow its state without bound. */
function isKnown(name: string, { water, gas }: SensingConfig): boolean {
  return (
    measurementOf(name) !== undefined ||
    own(water.items, name) !== undefined ||
    own(gas.boundary.limits, name) !== undefined
  )
}
