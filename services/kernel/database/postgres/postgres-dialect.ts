// Kysely's dialect over a shared pg pool: each query finds itself in its room's schema, and errors are AppErrors.
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  type QueryResult,
} from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { AppError } from '../../../contracts/errors.ts'
import { PortablePostgresCompiler } from './postgres-compiler.ts'
import { breaksConnection, postgresError } from './postgres-errors.ts'

/** The schema that a connection was last set to; connections are shared by all rooms. */
const currentSchema = new WeakMap<PoolClient, string>()

/** The caller owns the pool. `isOpen` says whether queries are still taken. */
export function createPostgresDialect(pool: Pool, schema: string, isOpen: () => boolean): Dialect {
  return {
    createDriver: () => createDriver(pool, schema, isOpen),
    createQueryCompiler: () => new PortablePostgresCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  }
}

interface PostgresConnection extends DatabaseConnection {
  /** Runs SQL and gives the command that the server says it did. */
  command(sql: string): Promise<string>
  release(): void
}

function createDriver(pool: Pool, schema: string, isOpen: () => boolean): Driver {
  const held = (connection: DatabaseConnection) => connection as PostgresConnection
  const savepoint =
    (command: string): NonNullable<Driver['savepoint']> =>
    async (connection, name) =>
      void (await held(connection).command(`${command} ${quoted(name)}`))
  return {
    async init() {},
    async acquireConnection() {
      if (!isOpen()) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'the database is stopped')
      const connection = connectionOf(await pool.connect().catch(rethrow), schema)
      return connection
    },
    async releaseConnection(connection) {
      held(connection).release()
    },
    async beginTransaction(connection, { isolationLevel = 'serializable' }) {
      await held(connection).command(`begin isolation level ${isolationLevel}`)
    },
    async commitTransaction(connection) {
      const done = await held(connection).command('commit')
      // After a failed query COMMIT undoes everything and still succeeds: work that swallowed an error must not look stored.
      if (done === 'ROLLBACK')
        throw new AppError('QLY_CONFLICT', 'a query of this transaction failed and the failure was swallowed')
    },
    async rollbackTransaction(connection) {
      // A rollback fails only with its connection, which then is thrown away; the error that led here matters more.
      await held(connection)
        .command('rollback')
        .catch(() => {})
    },
    savepoint: savepoint('savepoint'),
    rollbackToSavepoint: savepoint('rollback to savepoint'),
    releaseSavepoint: savepoint('release savepoint'),
    async destroy() {},
  }
}

function connectionOf(client: PoolClient, schema: string): PostgresConnection {
  let broken = false
  const query = async (sql: string, parameters: readonly unknown[] = []) => {
    try {
      if (currentSchema.get(client) !== schema) await client.query(`set search_path to ${quoted(schema)}`)
      currentSchema.set(client, schema)
      return await client.query<Record<string, unknown>>(sql, parameters.map(toPostgres))
    } catch (error) {
      const known = postgresError(error)
      broken ||= breaksConnection(known)
      throw known
    }
  }
  return {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      const { command, rowCount, rows } = await query(sql, parameters)
      const changes = command === 'SELECT' ? {} : { numAffectedRows: BigInt(rowCount ?? 0) }
      return { rows: rows as Row[], ...changes }
    },
    // The answer is read whole and handed on in one piece: rooms stream bounded results only.
    async *streamQuery<Row>(compiled: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
      yield await this.executeQuery<Row>(compiled)
    },
    command: async (sql) => (await query(sql)).command,
    release: () => client.release(broken),
  }
}

/** Booleans as 0 and 1 (both engines do so); the rest as pg takes it. */
function toPostgres(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value
}

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

function rethrow(error: unknown): never {
  throw postgresError(error)
}
