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
    (command: 'savepoint' | 'release' | 'rollback to'): NonNullable<Driver['savepoint']> =>
    async (_held, name) =>
      connection.savepoint(command, name)
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
      connection.begin()
    },
    async commitTransaction() {
      connection.commit()
    },
    async rollbackTransaction() {
      connection.rollback()
    },
    savepoint: savepoint('savepoint'),
    rollbackToSavepoint: savepoint('rollback to'),
    releaseSavepoint: savepoint('release'),
    async destroy() {},
  }
}
