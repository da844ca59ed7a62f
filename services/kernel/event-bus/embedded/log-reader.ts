// Reads the log on the main thread over a connection of its own (WAL: readers and the writer do not wait for each other).
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { bisect } from './bisect.ts'
import { type LogPartition, logFileOf } from './log-file.ts'
import { asLogError } from './sqlite-error.ts'

export interface LogRow {
  readonly offset: number
  readonly storedAt: number
  readonly text: string
}

export interface LogReader {
  /** Rows from the offset on, at most so many, at most about 4 MiB of text, at least one if there is one. */
  read(partition: LogPartition, from: number, maximumRows: number): LogRow[]
  /** The oldest offset still kept; `end` if none is. */
  firstOffset(partition: LogPartition, end: number): number
  /** The first offset stored at that time (ms since the epoch) or later; `end` if none is. */
  offsetAtTime(partition: LogPartition, time: number, end: number): number
  close(): void
}

const maximumUnits = 4 * 1024 * 1024

export function openLogReader(directory: string): LogReader {
  const file = logFileOf(directory)
  const db = guard(file, () => new DatabaseSync(file, { readOnly: true }))
  const reads = new Map<number, StatementSync>()

  const readStatement = (partition: LogPartition): StatementSync => {
    let statement = reads.get(partition.id)
    if (!statement) {
      statement = db.prepare(
        `SELECT offset, stored_at AS storedAt, event AS text FROM ${partition.table} WHERE offset >= ? ORDER BY offset LIMIT ?`,
      )
      reads.set(partition.id, statement)
    }
    return statement
  }

  return {
    read: (partition, from, maximumRows) =>
      guard(file, () => {
        const rows: LogRow[] = []
        let units = 0
        for (const row of readStatement(partition).iterate(from, maximumRows)) {
          const text = row.text as string
          if (rows.length > 0 && units + text.length > maximumUnits) break
          units += text.length
          rows.push(row as unknown as LogRow)
        }
        return rows
      }),
    firstOffset: (partition, end) =>
      guard(file, () => {
        const row = db.prepare(`SELECT offset FROM ${partition.table} ORDER BY offset LIMIT 1`).get()
        return row ? Number(row.offset) : end
      }),
    offsetAtTime(partition, time, end) {
      return guard(file, () => {
        const first = this.firstOffset(partition, end)
        const storedAt = db.prepare(
          `SELECT stored_at FROM ${partition.table} WHERE offset >= ? ORDER BY offset LIMIT 1`,
        )
        return bisect(first, end, (offset) => Number(storedAt.get(offset)?.stored_at ?? Infinity) >= time)
      })
    },
    close: () => db.close(),
  }
}

function guard<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw asLogError(error, file)
  }
}
