// A sensor that stands still: no change beyond its resolution over many samples and a long time. Pure.
import type { FaultsConfig } from '../../contracts/config/sensing-faults.ts'

/** The samples since the value last changed. */
export interface Run {
  readonly since: number
  readonly until: number
  readonly low: number
  readonly high: number
  readonly samples: number
}

/** Adds a sample that is newer than the run; one that differs by a step of the instrument begins a new run. */
export function extendRun(run: Run | null, at: number, value: number, resolution: number): Run {
  if (run === null) return { since: at, until: at, low: value, high: value, samples: 1 }
  const low = Math.min(run.low, value)
  const high = Math.max(run.high, value)
  // 0.9: neighbouring steps are one resolution apart, with the rounding of binary fractions
  return high - low < 0.9 * resolution
    ? { since: run.since, until: at, low, high, samples: run.samples + 1 }
    : { since: at, until: at, low: value, high: value, samples: 1 }
}

export function isStuck(run: Run | null, rule: FaultsConfig['stuck'][string] | undefined): boolean {
  return (
    run !== null && rule !== undefined && run.samples >= rule.samples && run.until - run.since >= rule.seconds * 1000
  )
}
