// What sensing remembers of one device between readings; kept as JSON, so that a restart goes on where it stopped.
import type { AlertKind } from '../contracts/alert-kinds.ts'
import type { DeviceKind, ReadingRecorded } from '../contracts/events/reading-recorded-v1.ts'
import type { SensorState } from './faults/sensor-health.ts'
import { emptyGasArray, type GasArrayState } from './gas-array.ts'
import type { Telling } from './limits/assessment.ts'
import type { NoiseEnergy } from './limits/noise.ts'
import type { PersistenceState } from './persistence.ts'

/** One judged condition: a kind of finding about one subject. */
export interface Condition {
  readonly kind: AlertKind
  readonly subject: string
  readonly persistence: PersistenceState
  /** what the newest exceeding sample said; null before there was one */
  readonly telling: Telling | null
  /** event time of the last event about it */
  readonly toldAt: number
}

export interface DeviceState {
  readonly deviceId: string
  readonly kind: DeviceKind
  readonly location: ReadingRecorded['location'] | null
  /** receive time of the last reading, ms */
  readonly heardAt: number
  readonly sensors: Readonly<Record<string, SensorState>>
  /** the newest sound sample of each measurement */
  readonly latest: Readonly<Record<string, readonly [at: number, value: number]>>
  readonly conditions: Readonly<Record<string, Condition>>
  readonly noise: NoiseEnergy
  readonly gasArray: GasArrayState
}

export function emptyDevice(deviceId: string, kind: DeviceKind): DeviceState {
  return {
    deviceId,
    kind,
    location: null,
    heardAt: 0,
    sensors: {},
    latest: {},
    conditions: {},
    noise: [],
    gasArray: emptyGasArray,
  }
}

export function hasOpenFinding(state: DeviceState): boolean {
  return Object.values(state.conditions).some(({ persistence }) => persistence.level > 0)
}
