// Window aggregates: storage aggregates each series, and series of one group are put together here; so only figures cross the wire, never samples.
import type { QueryApi } from '@influxdata/influxdb-client'
import { groupTags, type Tags, tagsKey } from '../points.ts'
import type { Aggregate, Series, SeriesSelector, TimeRange } from '../time-series.ts'
import { type Answer, ask } from './influx-answers.ts'
import { windowsQuestion } from './influx-questions.ts'

export interface WindowsAsked {
  readonly selector: SeriesSelector
  readonly range: TimeRange
  readonly everyMs: number
  readonly aggregate: Aggregate
  readonly groupBy: readonly string[] | undefined
}

export async function askWindows(queries: QueryApi, bucket: string, asked: WindowsAsked): Promise<Series[]> {
  const figures = (aggregate: Aggregate) =>
    ask(queries, windowsQuestion(bucket, asked.selector, asked.range, asked.everyMs, aggregate))
  // A mean of means would weigh windows with few samples as much as those with many.
  if (asked.aggregate === 'mean' && asked.groupBy) {
    const [sums, counts] = await Promise.all([figures('sum'), figures('count')])
    const count = new Map(
      combine(counts, asked, (a, b) => a + b).map((series) => [tagsKey(series.tags), series.samples]),
    )
    return combine(sums, asked, (a, b) => a + b).map(({ tags, samples }) => ({
      tags,
      samples: samples.map(({ time, value }, index) => ({
        time,
        value: value / (count.get(tagsKey(tags))?.[index]?.value ?? Number.NaN),
      })),
    }))
  }
  return combine(await figures(asked.aggregate), asked, combiners[asked.aggregate])
}

type Combiner = (a: number, b: number) => number

/** How the figures of two series become that of both; of `last` the later one stands, and of `mean` there is only one. */
const combiners: Readonly<Record<Aggregate, Combiner>> = {
  mean: (_a, b) => b,
  last: (_a, b) => b,
  sum: (a, b) => a + b,
  count: (a, b) => a + b,
  min: Math.min,
  max: Math.max,
}

function combine(answers: readonly Answer[], { everyMs, groupBy }: WindowsAsked, both: Combiner): Series[] {
  const groups = new Map<string, { tags: Tags; figures: { time: number; value: number }[] }>()
  for (const answer of answers) {
    const tags = groupTags(answer.tags, groupBy)
    const group = groups.get(tagsKey(tags)) ?? { tags, figures: [] }
    groups.set(tagsKey(tags), group)
    group.figures.push(...answer.samples)
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { tags, figures }]) => {
      const windows = new Map<number, number>()
      for (const { time, value } of figures.sort((a, b) => a.time - b.time)) {
        const start = Math.floor(time / everyMs) * everyMs
        const other = windows.get(start)
        windows.set(start, other === undefined ? value : both(other, value))
      }
      return { tags, samples: [...windows].map(([time, value]) => ({ time, value })) }
    })
}
