// What a limit says of one moment: a value on rising steps, and how to tell people about the step that was confirmed.
import type { AlertKind, Severity } from '../../contracts/alert-kinds.ts'
import type { Persistence, Rungs } from '../../contracts/config/sensing-shared.ts'
import type { Step } from '../persistence.ts'

/** What a finding says, beside when and where. */
export interface Telling {
  readonly label?: string
  readonly score?: number
  readonly measured: {
    readonly name: string
    readonly value: number
    readonly unit: string
    readonly limit?: number
    readonly standard?: string
  }
  readonly summary: { readonly zh: string; readonly en: string }
}

export interface Assessment {
  readonly kind: AlertKind
  /** what it is about within its device: a measurement, or `water_class` */
  readonly subject: string
  readonly at: number
  /** the value on the scale of `steps` */
  readonly value: number
  readonly steps: readonly Step[]
  /** severity of each step */
  readonly severities: readonly Severity[]
  readonly persistence: Persistence
  readonly telling: Telling
}

/** Steps and severities of configured rungs, sorted; `release` gives the value at which a rung lets go. */
export function ladder(
  rungs: Rungs,
  release: (limit: number) => number,
  inclusive: boolean,
): { steps: Step[]; severities: Severity[] } {
  const sorted = [...rungs].sort((a, b) => a.at - b.at)
  return {
    steps: sorted.map(({ at }) => ({ limit: at, release: Math.min(at, release(at)), inclusive })),
    severities: sorted.map(({ severity }) => severity),
  }
}

/** A number for people: at most `digits` decimals, no trailing zeros. */
export function written(value: number, digits = 2): string {
  return String(Number(value.toFixed(digits)))
}
