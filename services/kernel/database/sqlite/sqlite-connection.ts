// Kysely's connection over node:sqlite: one DatabaseSync, prepared statements kept by their text.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { AppError } from '../../../contracts/errors.ts'
import { sqliteError } from './sqlite-errors.ts'

const keptStatements = 256

/** A connection with transactions, and which can be closed. */
export interface SqliteConnection extends DatabaseConnection {
  begin(): void
  /** QLY_CONFLICT if a query of the transaction failed and the failure was swallowed (in PostgreSQL COMMIT would undo everything then) */
  commit(): void
  rollback(): void
  /** `savepoint`, `release`, or `rollback to`, after which queries are taken again */
  savepoint(command: 'savepoint' | 'release' | 'rollback to', name: string): void
  close(): void
}

/**
 * Opens (creates) the file for this process alone: WAL, every commit on the disk before it returns, foreign keys on,
 * LIKE as PostgreSQL has it (case matters). QLY_DATA_LOCKED if another process holds it for longer than `lockWaitMs`.
 */
export function openSqlite(file: string, lockWaitMs: number): SqliteConnection {
  const database = guard(file, () => new DatabaseSync(file, { timeout: lockWaitMs }))
  try {
    guard(file, () =>
      database.exec(
        `pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
         pragma case_sensitive_like = on; pragma journal_size_limit = 67108864; pragma cache_size = -8000;
         begin immediate; commit`,
      ),
    )
  } catch (error) {
    database.close()
    throw error
  }
  return connectionOf(database, file)
}

function connectionOf(database: DatabaseSync, file: string): SqliteConnection {
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.delete(sql)
    statements.set(sql, statement)
    if (statements.size > keptStatements) statements.delete(statements.keys().next().value as string)
    return statement
  }

  // As in PostgreSQL, a transaction in which a query failed takes no further one. SQLite alone would go on, or has rolled back already.
  let state: 'none' | 'open' | 'failed' = 'none'
  const execute = (sql: string) => guard(file, () => database.exec(sql))

  return {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      if (state === 'failed') throw new AppError('QLY_CONFLICT', 'a query of this transaction failed before')
      const before = state
      if (state === 'open') state = 'failed' // until the query has passed
      const result = guard(file, () => {
        const statement = prepared(sql)
        const values = parameters.map(toSqlite)
        if (statement.columns().length > 0) {
          const rows = statement.all(...values) as Row[]
          return { rows, numAffectedRows: BigInt(rows.length) }
        }
        const { changes, lastInsertRowid } = statement.run(...values)
        return { rows: [] as Row[], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
      })
      state = before
      return result
    },
    async *streamQuery<Row>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
      const rows = guard(file, () => database.prepare(sql).iterate(...parameters.map(toSqlite)))
      for (;;) {
        const next = guard(file, () => rows.next())
        if (next.done) return
        yield { rows: [next.value as Row] }
      }
    },
    begin() {
      execute('begin immediate')
      state = 'open'
    },
    commit() {
      if (state === 'failed')
        throw new AppError('QLY_CONFLICT', 'a query of this transaction failed and the failure was swallowed')
      execute('commit')
      state = 'none'
    },
    rollback() {
      state = 'none'
      if (database.isTransaction) execute('rollback')
    },
    savepoint(command, name) {
      execute(`${command} "${name.replaceAll('"', '""')}"`)
      if (command === 'rollback to') state = 'open'
    },
    close() {
      statements.clear()
      if (database.isOpen) database.close()
    },
  }
}

/** Booleans as 0 and 1 (both engines do so); the rest as SQLite takes it. */
function toSqlite(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  return (value ?? null) as SQLInputValue
}

function guard<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw sqliteError(error, file)
  }
}
