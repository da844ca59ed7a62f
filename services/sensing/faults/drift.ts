// Drift: a slow, steady, one-way departure over days, told from an event, which comes within hours, and from the day's own ups and downs. Pure.
// Medians of quarter days are compared with those a day earlier, so that a daily rhythm cancels.
import type { FaultsConfig } from '../../contracts/config/sensing-faults.ts'
import { median } from './spike.ts'

const quarterMs = 6 * 3_600_000
const perDay = 4
/** a quarter keeps at most this many samples, evenly spaced, for its median */
const samplesPerQuarter = 24

export interface DriftState {
  /** medians of finished quarters, oldest first */
  readonly quarters: readonly (readonly [start: number, median: number])[]
  readonly current: { readonly start: number; readonly values: readonly number[]; readonly lastAt: number } | null
}

export const emptyDrift: DriftState = { quarters: [], current: null }

/** Adds a sample that is newer than the ones before; finished quarters are kept for `days` and one more. */
export function addToDrift(state: DriftState, at: number, value: number, days: number): DriftState {
  const start = Math.floor(at / quarterMs) * quarterMs
  const { current } = state
  if (current === null) return { ...state, current: { start, values: [value], lastAt: at } }
  if (start > current.start) {
    const finished = [...state.quarters, [current.start, median(current.values)] as const]
    return { quarters: finished.slice(-(days + 1) * perDay), current: { start, values: [value], lastAt: at } }
  }
  if (at - current.lastAt < quarterMs / samplesPerQuarter) return state
  return { ...state, current: { start, values: [...current.values, value], lastAt: at } }
}

/** The departure, last day against first day, if the finished quarters of the last `days` days show drift beyond the rule; else 0. */
export function driftOf(
  { quarters }: DriftState,
  rule: FaultsConfig['drift'][string] | undefined,
  days: number,
): number {
  const newest = quarters.at(-1)?.[0]
  if (rule === undefined || newest === undefined) return 0
  const span = quarters.filter(([start]) => start > newest - days * perDay * quarterMs)
  if (span.length < 0.8 * days * perDay) return 0
  const byStart = new Map(span)
  const steps = span
    .map(([start, value]) => [value, byStart.get(start - perDay * quarterMs)] as const)
    .filter((pair): pair is readonly [number, number] => pair[1] !== undefined)
    .map(([value, dayBefore]) => value - dayBefore)
  const first = median(span.filter(([start]) => start <= newest - (days - 1) * perDay * quarterMs).map(([, v]) => v))
  const last = median(span.filter(([start]) => start > newest - perDay * quarterMs).map(([, v]) => v))
  const departure = last - first
  const limit = Math.min(
    rule.absolute ?? Number.POSITIVE_INFINITY,
    (rule.relative ?? Number.POSITIVE_INFINITY) * Math.abs(first),
  )
  if (!(Math.abs(departure) >= limit) || steps.length < (days - 1) * perDay * 0.7) return 0
  const sameWay = steps.filter((step) => Math.sign(step) === Math.sign(departure)).length / steps.length
  const steadiest = Math.abs(departure) / (days - 1)
  const largest = Math.max(...steps.map(Math.abs))
  return sameWay >= 0.9 && largest <= 2.5 * steadiest ? departure : 0
}
