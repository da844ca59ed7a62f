// Kysely's dialect over one SqliteConnection: whoever acquires it holds it alone, so nothing runs into an open transaction.
import { type Dialect, type Driver, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { Turnstile } from '../turnstile.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** The caller owns connection and turnstile, and closes both. */
export function createSqliteDialect(connection: SqliteConnection, turnstile: Turnstile): Dialect {
  return {
    createDriver: () => createDriver(connection, turnstile),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

function createDriver(connection: SqliteConnection, turnstile: Turnstile): Driver {
  let leave: (() => void) | undefined
  const savepoint =
    (command: string): NonNullable<Driver['savepoint']> =>
    async (_held, name) =>
      connection.execute(`${command} "${name.replaceAll('"', '""')}"`)
  return {
    async init() {},
    async acquireConnection() {
      leave = await turnstile.enter()
      return connection
    },
    async releaseConnection() {
      leave?.()
    },
    async beginTransaction() {
      connection.execute('begin immediate')
    },
    async commitTransaction() {
      connection.execute('commit')
    },
    async rollbackTransaction() {
      if (connection.inTransaction) connection.execute('rollback')
    },
    savepoint: savepoint('savepoint'),
    rollbackToSavepoint: savepoint('rollback to'),
    releaseSavepoint: savepoint('release'),
    async destroy() {},
  }
}
