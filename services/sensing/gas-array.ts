// The gas array of one device: its last readings, and its own clean-air baseline that follows slow drift. Pure.
import { median } from './faults/spike.ts'

export interface GasArrayState {
  /** newest last, at most `arraySteps` */
  readonly window: readonly (readonly [at: number, resistances: readonly number[]])[]
  /** clean-air resistance of each sensor, kOhm; null until the first readings are there */
  readonly baseline: readonly number[] | null
}

export const emptyGasArray: GasArrayState = { window: [], baseline: null }

export const arraySteps = 10
/** readings that the first baseline rests on; a device that starts in gas learns better once the air clears */
const firstSteps = 3
const fastMs = 5 * 60_000
const longestGapMs = 10 * 60_000

/** Takes a reading; one with the time of another, or older than a full window, changes nothing. */
export function addToArray(state: GasArrayState, at: number, resistances: readonly number[]): GasArrayState {
  const oldest = state.window[0]
  if (state.window.some(([time]) => time === at)) return state
  if (state.window.length >= arraySteps && oldest !== undefined && at < oldest[0]) return state
  const window = [...state.window, [at, resistances] as const].sort((a, b) => a[0] - b[0]).slice(-arraySteps)
  if (state.baseline !== null || window.length < firstSteps) return { ...state, window }
  const baseline = resistances.map((_, sensor) => median(window.map(([, values]) => values[sensor] ?? Number.NaN)))
  return { window, baseline }
}

/** What the classifier takes: the window, filled up in front with its oldest reading. Undefined before there is a baseline and one more reading. */
export function classifierInput({
  window,
  baseline,
}: GasArrayState): { window: number[]; baseline: number[] } | undefined {
  const oldest = window[0]
  if (baseline === null || oldest === undefined || window.length <= firstSteps) return undefined
  const padding = Array.from({ length: arraySteps - window.length }, () => oldest)
  return { window: [...padding, ...window].flatMap(([, values]) => [...values]), baseline: [...baseline] }
}

/** ln(R0/R) of each sensor in the newest reading: 0 in clean air, positive in a gas that lowers the resistance. */
export function responses({ window, baseline }: GasArrayState): number[] {
  const newest = window.at(-1)?.[1]
  if (newest === undefined || baseline === null) return []
  return newest.map((resistance, sensor) => Math.log((baseline[sensor] ?? resistance) / resistance))
}

/** The baseline after a reading: follows slowly in air judged clean, quickly upward where the air is cleaner than any known. */
export function learnBaseline(state: GasArrayState, clean: boolean, hours: number): GasArrayState {
  const { window, baseline } = state
  const newest = window.at(-1)
  const previous = window.at(-2)
  if (baseline === null || newest === undefined || previous === undefined) return state
  const response = responses(state)
  const cleaner =
    response.every((value) => value < 0.01) && response.reduce((a, b) => a + b, 0) / response.length < -0.02
  if (!clean && !cleaner) return state
  const elapsed = Math.min(newest[0] - previous[0], longestGapMs)
  const share = 1 - Math.exp(-elapsed / (cleaner ? fastMs : hours * 3_600_000))
  return { window, baseline: baseline.map((known, sensor) => known + share * ((newest[1][sensor] ?? known) - known)) }
}
