// The health of one sensor (one measurement of one device): takes its samples, says whether they may be judged and which fault it has. Pure.
import type { FaultsConfig } from '../../contracts/config/sensing-faults.ts'
import { type Measurement, measurementOf } from '../../contracts/measurements.ts'
import { own } from '../own.ts'
import { advancePersistence, emptyPersistence, type PersistenceState } from '../persistence.ts'
import { addToDrift, type DriftState, driftOf, emptyDrift } from './drift.ts'
import { wasSpike } from './spike.ts'
import { extendRun, isStuck, type Run } from './stuck.ts'

/** flagged: the device itself says so (HJ 212 data flags D fault and B communication error). */
export type FaultKind = 'out_of_range' | 'stuck' | 'spiking' | 'drifting' | 'flagged'

export interface SensorState {
  /** samples in range in order of event time, without spikes; the newest 40 */
  readonly recent: readonly (readonly [at: number, value: number])[]
  /** times of spikes among them */
  readonly spikes: readonly number[]
  readonly run: Run | null
  readonly range: PersistenceState
  readonly drift: DriftState
  readonly fault: FaultKind | null
}

export const emptySensor: SensorState = {
  recent: [],
  spikes: [],
  run: null,
  range: emptyPersistence,
  drift: emptyDrift,
  fault: null,
}

export interface SampleVerdict {
  readonly state: SensorState
  /** new: never seen, in range, to be judged; duplicate: same time as another; late: older than all that is kept; excluded: not a measurement of the environment */
  readonly sample: 'new' | 'duplicate' | 'late' | 'excluded'
}

const kept = 40

/** Takes one sample with its HJ 212 data flag, if it has one. */
export function takeSample(
  state: SensorState,
  name: string,
  at: number,
  value: number,
  flag: string | undefined,
  config: FaultsConfig,
): SampleVerdict {
  const known = measurementOf(name)
  if (flag !== undefined && flag !== 'N') {
    const fault = flag === 'D' || flag === 'B' ? 'flagged' : state.fault
    return { state: { ...state, fault }, sample: 'excluded' }
  }
  const cleared = state.fault === 'flagged' ? { ...state, fault: null } : state
  const outside = known !== undefined && (value < known.range[0] || value > known.range[1])
  const level = outside ? 1 : 0
  const range = advancePersistence(cleared.range, { at, raised: level, held: level }, config.outOfRange)
  if (outside) {
    const next = { ...cleared, range }
    return { state: { ...next, fault: faultOf(next, name, config) }, sample: 'excluded' }
  }
  const placed = place(cleared, at, value)
  if (typeof placed === 'string') return { state: cleared, sample: placed }
  const next = { ...cleared, range, ...grown(cleared, placed, at, value, known, name, config) }
  return { state: { ...next, fault: faultOf(next, name, config) }, sample: 'new' }
}

function place(state: SensorState, at: number, value: number): SensorState['recent'] | 'duplicate' | 'late' {
  const { recent } = state
  if (recent.some(([time]) => time === at) || state.spikes.includes(at)) return 'duplicate'
  const oldest = recent[0]
  if (recent.length >= kept && oldest !== undefined && at < oldest[0]) return 'late'
  const newest = recent.at(-1)
  const sample = [at, value] as const
  if (newest === undefined || at > newest[0]) return [...recent, sample].slice(-kept)
  return [...recent, sample].sort((a, b) => a[0] - b[0]).slice(-kept)
}

/** Spikes, run and drift grow only with samples newer than all before: a late one cannot be told from what followed it. */
function grown(
  state: SensorState,
  recent: SensorState['recent'],
  at: number,
  value: number,
  known: Measurement | undefined,
  name: string,
  config: FaultsConfig,
): Pick<SensorState, 'recent' | 'spikes' | 'run' | 'drift'> {
  if (known === undefined || at !== recent.at(-1)?.[0]) return { ...state, recent }
  const jumps = config.spike.except.includes(name)
  const values = recent.map(([, v]) => v)
  const spike = !jumps && wasSpike(values, known.resolution, config.spike) ? recent.at(-2)?.[0] : undefined
  const cleaned = spike === undefined ? recent : recent.filter(([time]) => time !== spike)
  const from = cleaned[0]?.[0] ?? at
  return {
    recent: cleaned,
    spikes: (spike === undefined ? state.spikes : [...state.spikes, spike]).filter((time) => time >= from),
    run: extendRun(state.run, at, value, known.resolution),
    drift: addToDrift(state.drift, at, value, config.driftDays),
  }
}

/** The gravest fault. A spiking sensor is sound again once its spikes are fewer than half of what made it faulty. */
function faultOf(state: SensorState, name: string, config: FaultsConfig): FaultKind | null {
  if (state.range.level > 0) return 'out_of_range'
  if (isStuck(state.run, own(config.stuck, name))) return 'stuck'
  const spikes = state.spikes.length
  const enough = config.spike.faultCount
  if (spikes >= enough || (state.fault === 'spiking' && spikes * 2 >= enough)) return 'spiking'
  if (driftOf(state.drift, own(config.drift, name), config.driftDays) !== 0) return 'drifting'
  return null
}
