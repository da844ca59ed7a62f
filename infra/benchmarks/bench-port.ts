// What a benchmark is: a name, the servers that it needs, and a run that reports one row a figure. `npm run bench` finds them and prints the rows.

/** What must be there: `kafka`, `influx`, `mqtt` from `npm run servers -- up`; `shared` is the folder ../shared. */
export type BenchNeed = 'kafka' | 'influx' | 'mqtt' | 'shared'

/** One figure. With `against` (what it was measured against, in the same run) goes `ratio` (value / the other's value). */
export interface BenchRow {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly against?: string
  readonly ratio?: number
  /** the least `ratio` (if there is one) or `value` that is asked for; for durations and bytes the most */
  readonly target?: number
}

export type BenchReport = (row: BenchRow) => void

export interface Bench {
  readonly name: string
  readonly needs: readonly BenchNeed[]
  /** Measures; cleans up after itself. Rejects if it cannot be run. */
  run(report: BenchReport): Promise<void>
}
