// A single sample that jumps away and is back with the next one: against the running median and the median absolute deviation. Pure.
import type { FaultsConfig } from '../../contracts/config/sensing-faults.ts'

/** Samples before the one in question that the median rests on, and how many it needs. */
const span = 15
const fewest = 7

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/**
 * How far a value is out of line with the values before it: -1 below, 1 above, 0 in line or too little known.
 * The limit is `deviations` × 1.4826 × MAD (the standard deviation of normal noise), but at least `resolutions` steps of the instrument.
 */
export function outOfLine(
  before: readonly number[],
  value: number,
  resolution: number,
  rule: FaultsConfig['spike'],
): -1 | 0 | 1 {
  const recent = before.slice(-span)
  if (recent.length < fewest) return 0
  const centre = median(recent)
  const spread = 1.4826 * median(recent.map((v) => Math.abs(v - centre)))
  const limit = Math.max(rule.deviations * spread, rule.resolutions * resolution)
  if (Math.abs(value - centre) <= limit) return 0
  return value > centre ? 1 : -1
}

/** Whether the last of `values` but one was a spike: out of line, while the last one is not out of line to the same side. */
export function wasSpike(values: readonly number[], resolution: number, rule: FaultsConfig['spike']): boolean {
  const [candidate, next] = values.slice(-2)
  if (candidate === undefined || next === undefined) return false
  const before = values.slice(0, -2)
  const side = outOfLine(before, candidate, resolution, rule)
  return side !== 0 && outOfLine(before, next, resolution, rule) !== side
}
