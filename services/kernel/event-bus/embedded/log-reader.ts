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

const maximumBytes = 4 * 1024 * 1024

export function openLogReader(directory: string): LogReader {
  const file = logFileOf(directory)
  const db = guard(file, () => new DatabaseSync(file, { readOnly: true }))
  const prepared = new Map<number, Statements>()

  const statementsOf = (partition: LogPartition): Statements => {
    const known = prepared.get(partition.id)
    if (known) return known
    const statements = prepare(db, partition.table)
    prepared.set(partition.id, statements)
    return statements
  }

  return {
    read: (partition, from, maximumRows) =>
      guard(file, () => {
        const statements = statementsOf(partition)
        const to = from + maximumRows
        const [bytes] = statements.bytes.get(from, to) as unknown as [number | null]
        // none so near: those before the first were taken by retention
        if (bytes === null || bytes < 0 || bytes > maximumBytes) return readOneByOne(statements.from, from, maximumRows)
        return (statements.between.all(from, to) as unknown as RowValues[]).map(asRow)
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

interface Statements {
  /** of the rows between two offsets but for the first, by the counts in the first and the last */
  readonly bytes: StatementSync
  /** rows between two offsets, all at once: half the price of one by one */
  readonly between: StatementSync
  readonly from: StatementSync
}

type RowValues = readonly [offset: number, storedAt: number, text: string]

function prepare(db: DatabaseSync, table: string): Statements {
  const between = `FROM ${table} WHERE offset >= ? AND offset < ?`
  const statements = {
    bytes: db.prepare(
      `SELECT (SELECT bytes FROM ${table} WHERE offset < ?2 ORDER BY offset DESC LIMIT 1)
            - (SELECT bytes FROM ${table} WHERE offset >= ?1 ORDER BY offset LIMIT 1)`,
    ),
    between: db.prepare(`SELECT offset, stored_at, event ${between} ORDER BY offset`),
    from: db.prepare(`SELECT offset, stored_at, event FROM ${table} WHERE offset >= ? ORDER BY offset LIMIT ?`),
  }
  for (const statement of Object.values(statements)) statement.setReturnArrays(true)
  return statements
}

const asRow = ([offset, storedAt, text]: RowValues): LogRow => ({ offset, storedAt, text })

/** At most about 4 MiB of text, at least one row if there is one. */
function readOneByOne(statement: StatementSync, from: number, maximumRows: number): LogRow[] {
  const rows: LogRow[] = []
  let units = 0
  for (const values of statement.iterate(from, maximumRows) as unknown as Iterable<RowValues>) {
    const row = asRow(values)
    if (rows.length > 0 && units + row.text.length > maximumBytes) break
    units += row.text.length
    rows.push(row)
  }
  return rows
}

function guard<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw asLogError(error, file)
  }
}
