// A sensor station as data: who it is, how often it speaks, what it measures, and what goes wrong on the way.
import type { DeviceKind } from '../../services/contracts/events/reading-recorded-v1.ts'
import type { LonLat } from '../../services/contracts/geometry.ts'
import type { SignalScript } from './signal.ts'

/** drop: the message is lost; duplicate: sent twice; garbage: not JSON; skew: the clock is off by `seconds`; offline: the connection is gone */
export interface MessageFault {
  readonly from: number
  readonly to: number
  readonly kind: 'drop' | 'duplicate' | 'garbage' | 'skew' | 'offline'
  readonly seconds?: number
}

export interface SensorScript {
  readonly id: string
  readonly kind: DeviceKind
  readonly name: string
  readonly location: LonLat
  readonly everySeconds: number
  readonly seed: number
  readonly faults?: readonly MessageFault[]
  /** simple stations: one signal a measurement; others compute their values (see `ReadingSource`) */
  readonly signals?: Readonly<Record<string, SignalScript>>
}

/** Gives the values of one reading. */
export interface ReadingSource {
  /** `seconds` after the start, `hour` of the local day as a fraction, `weekend` there */
  read(seconds: number, hour: number, weekend: boolean): Record<string, number>
}
