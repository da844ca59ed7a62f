// The rows that are being counted, and those of earlier runs read back from the store, so that a restart goes on within its minute.
import { tagsKey } from '../../kernel/time-series/points.ts'
import type { TimeSeriesStore } from '../../kernel/time-series/time-series.ts'
import { minuteMs } from '../figures/count.ts'
import { type MinuteRow, rowKey } from './minute-rows.ts'

export interface MinuteStore {
  /**
   * The rows as they stand: kept, else as stored, else as given. `first` and `last` are the offsets of the batch: if it does not go on
   * where the one before ended, another member may have counted meanwhile, and what is kept of the partition is forgotten.
   */
  current(partition: PartitionName, first: number, rows: readonly MinuteRow[]): Promise<Map<string, MinuteRow>>
  /** Keeps rows after they have been written; the batch ended at `last`. */
  keep(partition: PartitionName, last: number, rows: Iterable<MinuteRow>): void
}

/** topic and partition */
export type PartitionName = `${string}/${number}`

/** The fields that a row of each measurement may have besides `offset`. */
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  frame: ['frames', 'objects'],
  detection: ['frames', 'objects', 'peak'],
  finding: ['started', 'ended', 'seconds'],
  alert: ['opened', 'acknowledged', 'escalated', 'dismissed', 'cleared', 'open_seconds', 'wait_seconds'],
  ticket: ['opened', 'returned', 'overdue', 'closed', 'voided', 'closed_unfixed', 'handling_seconds'],
}
/** rows kept for one partition; more are read back when needed */
const mostKept = 20_000

export function createMinuteStore(timeSeries: TimeSeriesStore): MinuteStore {
  const kept = new Map<PartitionName, { next: number; rows: Map<string, MinuteRow> }>()

  return {
    async current(partition, first, rows) {
      if (kept.get(partition)?.next !== first) kept.delete(partition)
      const known = kept.get(partition)?.rows
      const current = new Map(rows.map((row) => [rowKey(row), known?.get(rowKey(row)) ?? row]))
      const missing = rows.filter((row) => !known?.has(rowKey(row)))
      for (const row of await readBack(timeSeries, missing)) if (current.has(rowKey(row))) current.set(rowKey(row), row)
      return current
    },
    keep(partition, last, rows) {
      const state = kept.get(partition) ?? { next: 0, rows: new Map<string, MinuteRow>() }
      kept.set(partition, state)
      state.next = last + 1
      for (const row of rows) {
        state.rows.delete(rowKey(row))
        state.rows.set(rowKey(row), row)
      }
      for (const key of state.rows.keys()) {
        if (state.rows.size <= mostKept) break
        state.rows.delete(key)
      }
    },
  }
}

/** What the store has of the rows; most often nothing, which one question a measurement finds out. */
async function readBack(timeSeries: TimeSeriesStore, rows: readonly MinuteRow[]): Promise<MinuteRow[]> {
  const found: MinuteRow[] = []
  for (const [measurement, wanted] of Map.groupBy(rows, (row) => row.measurement)) {
    const read = reader(timeSeries, wanted)
    const stored = new Map<string, MinuteRow>()
    for (const field of ['offset', ...(fieldsOf[measurement] ?? [])]) {
      for (const { tags, samples } of await read(field))
        for (const { time, value } of samples) {
          const row = { measurement, tags, minute: time, fields: {} }
          const fields = { ...stored.get(rowKey(row))?.fields, [field]: value }
          stored.set(rowKey(row), { ...row, fields })
        }
      if (stored.size === 0) break
    }
    found.push(...stored.values())
  }
  return found
}

/** Asks for one field of the rows: of their partition, within their minutes. */
function reader(timeSeries: TimeSeriesStore, rows: readonly MinuteRow[]) {
  const minutes = rows.map((row) => row.minute)
  const range = { from: Math.min(...minutes), to: Math.max(...minutes) + minuteMs }
  const measurement = rows[0]?.measurement ?? ''
  const wanted = new Set(rows.map((row) => tagsKey(row.tags)))
  const partition = [...new Set(rows.map((row) => row.tags.partition ?? ''))]
  return async (field: string) => {
    const series = await timeSeries.range({ measurement, field, tags: { partition } }, range, 100_000)
    return series.filter((each) => wanted.has(tagsKey(each.tags)))
  }
}
