// Port: time series of numbers. Adapters: embedded/ and influxdb/. Both pass time-series.conformance.ts.

/** One point: a measurement (e.g. `reading`), tags (low cardinality), fields (finite numbers, always stored as floats), time in ms since the epoch. */
export interface Point {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, number>>
  readonly time: number
}

export interface SeriesSelector {
  readonly measurement: string
  readonly field: string
  /** every given tag must equal (or be one of) the value(s) */
  readonly tags?: Readonly<Record<string, string | readonly string[]>>
}

export interface TimeRange {
  /** ms since the epoch, inclusive */
  readonly from: number
  /** ms since the epoch, exclusive */
  readonly to: number
}

export type Aggregate = 'mean' | 'min' | 'max' | 'sum' | 'count' | 'last'

/** One series of an answer: its tags and its samples in order of time. */
export interface Series {
  readonly tags: Readonly<Record<string, string>>
  readonly samples: readonly { readonly time: number; readonly value: number }[]
}

export interface TimeSeriesStore {
  start(signal?: AbortSignal): Promise<void>
  stop(): Promise<void>
  /** Resolves once all points are durable in the store. A repeated write of the same point (measurement, tags, time) overwrites. QLY_STORAGE_UNAVAILABLE / QLY_STORAGE_FULL are retryable. */
  write(points: readonly Point[]): Promise<void>
  /** Raw samples in the range, at most `limit` a series (newest kept; default 10,000). */
  range(selector: SeriesSelector, range: TimeRange, limit?: number): Promise<Series[]>
  /** Windows aligned to multiples of `everyMs` since the epoch; `time` is the window's start; empty windows are left out. `groupBy` names the tags that stay apart; default: all. */
  windows(
    selector: SeriesSelector,
    range: TimeRange,
    everyMs: number,
    aggregate: Aggregate,
    groupBy?: readonly string[],
  ): Promise<Series[]>
  /** The newest sample of each series within `withinMs` (default 7 days) before now. */
  last(selector: SeriesSelector, withinMs?: number): Promise<Series[]>
  check(): Promise<void>
}
