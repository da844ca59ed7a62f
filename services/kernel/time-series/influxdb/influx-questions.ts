// The questions of the port as Flux. Every value goes in as an escaped literal; filters and window aggregates are such that storage does them.
import { flux, fluxDateTime, fluxExpression, type ParameterizedQuery } from '@influxdata/influxdb-client'
import { wantedTags } from '../points.ts'
import type { Aggregate, SeriesSelector, TimeRange } from '../time-series.ts'

export function rangeQuestion(bucket: string, selector: SeriesSelector, range: TimeRange, limit: number) {
  return flux`${samples(bucket, selector, range)} |> tail(n: ${limit})`
}

export function lastQuestion(bucket: string, selector: SeriesSelector, range: TimeRange) {
  return flux`${samples(bucket, selector, range)} |> last()`
}

/** Each series apart; the time is the window's beginning (cut at the range's own), for `last` that of the sample. */
export function windowsQuestion(
  bucket: string,
  selector: SeriesSelector,
  range: TimeRange,
  everyMs: number,
  aggregate: Aggregate,
) {
  const every = fluxExpression(`${everyMs}ms`)
  const source = aggregate === 'last' ? '_time' : '_start'
  return flux`${samples(bucket, selector, range)} |> aggregateWindow(every: ${every}, fn: ${fluxExpression(aggregate)}, createEmpty: false, timeSrc: ${source})`
}

function samples(bucket: string, selector: SeriesSelector, { from, to }: TimeRange): ParameterizedQuery {
  const time = (at: number) => fluxDateTime(new Date(Math.max(at, 0)).toISOString())
  const conditions = [
    [flux`r["_measurement"] == ${selector.measurement}`],
    [flux`r["_field"] == ${selector.field}`],
    ...[...wantedTags(selector)].map(([name, values]) => [...values].map((value) => flux`r[${name}] == ${value}`)),
  ]
  const condition = conditions.map((any) => `(${any.join(' or ')})`).join(' and ')
  return flux`from(bucket: ${bucket}) |> range(start: ${time(from)}, stop: ${time(to)}) |> filter(fn: (r) => ${fluxExpression(condition)})`
}
