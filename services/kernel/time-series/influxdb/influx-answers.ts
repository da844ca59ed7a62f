// Flux answers (annotated CSV rows) as series: grouped by their tag columns.
import type { FluxTableMetaData, QueryApi } from '@influxdata/influxdb-client'
import { type Tags, tagsKey } from '../points.ts'

export interface Answer {
  readonly tags: Tags
  readonly samples: { time: number; value: number }[]
}

const notTags: ReadonlySet<string> = new Set([
  '',
  'result',
  'table',
  '_start',
  '_stop',
  '_time',
  '_value',
  '_field',
  '_measurement',
])

/** Runs a question and collects its series, in order of their tags. */
export async function ask(queries: QueryApi, question: { toString(): string }): Promise<Answer[]> {
  const series = new Map<string, Answer>()
  let meta: FluxTableMetaData | undefined
  let columns = columnsOf(undefined)
  let table: string | undefined
  let current: Answer | undefined
  for await (const { values, tableMeta } of queries.iterateRows(question.toString())) {
    if (meta !== tableMeta) {
      meta = tableMeta
      columns = columnsOf(tableMeta)
      table = undefined
    }
    if (current === undefined || table !== values[columns.table]) {
      table = values[columns.table]
      const tags = tagsOf(values, columns.tags)
      const key = tagsKey(tags)
      current = series.get(key) ?? { tags, samples: [] }
      series.set(key, current)
    }
    current.samples.push({ time: Date.parse(values[columns.time] ?? ''), value: Number(values[columns.value]) })
  }
  return [...series].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, answer]) => answer)
}

function columnsOf(meta: FluxTableMetaData | undefined) {
  const index = (label: string) => meta?.columns.findIndex((column) => column.label === label) ?? -1
  const tags = (meta?.columns ?? [])
    .map((column, position) => ({ label: column.label, position }))
    .filter(({ label }) => !notTags.has(label))
    .sort((a, b) => (a.label < b.label ? -1 : 1))
  return { table: index('table'), time: index('_time'), value: index('_value'), tags }
}

/** A tag that the series lacks comes as an empty column. */
function tagsOf(values: readonly string[], tags: readonly { label: string; position: number }[]): Tags {
  const named = tags.map(({ label, position }) => [label, values[position] ?? ''] as const)
  return Object.fromEntries(named.filter(([, value]) => value !== ''))
}
