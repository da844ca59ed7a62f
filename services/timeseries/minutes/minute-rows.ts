// Rows of figures by the minute, as pure data: an event is added to a row once, however often it is delivered.
import { canonicalTags, type Tags, tagsKey } from '../../kernel/time-series/points.ts'
import type { Point } from '../../kernel/time-series/time-series.ts'
import type { Count } from '../figures/count.ts'

/** One row: a minute of one measurement with its tags, one of which is the partition that its events come over. */
export interface MinuteRow {
  readonly measurement: string
  readonly tags: Tags
  readonly minute: number
  /** the figures, and `offset`: that of the last event counted */
  readonly fields: Readonly<Record<string, number>>
}

/** Identity of a row. */
export function rowKey(row: Pick<MinuteRow, 'measurement' | 'tags' | 'minute'>): string {
  return `${row.measurement} ${row.minute} ${tagsKey(row.tags)}`
}

/** The empty row that a count belongs to. */
export function rowFor(count: Count, partition: number): MinuteRow {
  const tags = canonicalTags({ ...count.tags, partition: `${partition}` })
  return { measurement: count.measurement, tags, minute: count.minute, fields: {} }
}

/** The row with the count added; the same row if the event at `offset` is in it already. */
export function addToRow(row: MinuteRow, count: Count, offset: number): MinuteRow {
  if (row.fields.offset !== undefined && offset <= row.fields.offset) return row
  const fields: Record<string, number> = { ...row.fields, offset }
  for (const [name, value] of Object.entries(count.add)) fields[name] = (fields[name] ?? 0) + value
  if (count.peak !== undefined) fields.peak = Math.max(fields.peak ?? 0, count.peak)
  return { ...row, fields }
}

export function pointOfRow({ measurement, tags, minute, fields }: MinuteRow): Point {
  return { measurement, tags, fields, time: minute }
}
