// Adapter: relational state in PostgreSQL, one schema a room, shared by all processes of a deployment.
import { Kysely, sql } from 'kysely'
import type { Pool } from 'pg'
import { AppError, asAppError } from '../../../contracts/errors.ts'
import type { Kernel } from '../../kernel.ts'
import type { Database, RoomDatabase } from '../database.ts'
import { checkRoomName, type Migrations, migrateRoom } from '../migrate-room.ts'
import { createTurnstile, type Turnstile } from '../turnstile.ts'
import { createPostgresDialect, quoted } from './postgres-dialect.ts'
import { postgresError, setupFaults } from './postgres-errors.ts'
import { createPool } from './postgres-pool.ts'

/** A transaction that keeps meeting others gives up after this many tries (about 10 s) with a retryable QLY_CONFLICT. */
const mostTries = 30

interface OpenRoom {
  readonly turnstile: Turnstile
  readonly db: Kysely<unknown>
}

/**
 * Rooms live in schemas `qly_<room>` of the database at `url`. Transactions are serializable; within a process those of a room take turns,
 * so that only other processes can come between, and then they are tried again.
 * QLY_STORAGE_UNAVAILABLE (retryable) while the server cannot be reached; connections come back by themselves.
 */
export function createPostgresDatabase(
  deps: Pick<Kernel, 'clock' | 'logger'>,
  config: { url: string; maximumConnections: number },
): Database {
  const rooms = new Map<string, OpenRoom>()
  let pool: Pool | undefined
  const running = (): Pool => {
    if (!pool) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'the database is not started')
    return pool
  }

  return {
    async start(signal) {
      pool ??= createPool(config.url, config.maximumConnections, (error) =>
        deps.logger.warn({ reason: error.message }, 'a connection to PostgreSQL was lost'),
      )
      await probe(pool).catch(async (error: AppError) => {
        const { code } = (error.cause ?? {}) as { code?: string }
        if (code === undefined || !setupFaults.has(code)) throw error
        throw new AppError(error.code, error.message, { cause: error.cause, retryable: false })
      })
      signal?.throwIfAborted()
    },
    async stop() {
      await Promise.all([...rooms.values()].map((room) => room.turnstile.close()))
      rooms.clear()
      const ending = pool
      pool = undefined
      await ending?.end()
    },
    async room<Tables>(name: string, migrations: Migrations) {
      checkRoomName(name)
      const schema = `qly_${name}`
      const room = rooms.get(name) ?? openRoom(name, schema, running())
      rooms.set(name, room)
      const applied = await migrate(room.db, name, schema, migrations, deps.clock.now())
      if (applied.length > 0) deps.logger.debug({ room: name, applied }, 'migrated')
      return roomOf<Tables>(room, deps)
    },
    check: async () => probe(running()),
  }

  function openRoom(name: string, schema: string, from: Pool): OpenRoom {
    const dialect = createPostgresDialect(from, schema, () => pool === from)
    return { turnstile: createTurnstile(`room ${name}`), db: new Kysely<unknown>({ dialect }) }
  }
}

/** Programs that start at the same time wait for each other at the advisory lock; read committed, so that each sees what the one before it did. */
async function migrate(db: Kysely<unknown>, room: string, schema: string, migrations: Migrations, now: number) {
  return db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (transaction) => {
      await sql`set local statement_timeout = 0`.execute(transaction)
      await sql`select pg_advisory_xact_lock(hashtextextended(${schema}, 20200628))`.execute(transaction)
      await createSchema(transaction, schema)
      return migrateRoom(transaction, room, migrations, now)
    })
}

/**
 * Looks before it creates, as `if not exists` alone is not enough: it asks the connection's own catalogue cache, where the
 * search path set before the lock has left "no such schema". Reading the catalogue itself brings that cache up to date.
 */
async function createSchema(db: Kysely<unknown>, schema: string): Promise<void> {
  const { rows } = await sql`select 1 from pg_catalog.pg_namespace where nspname = ${schema}`.execute(db)
  if (rows.length === 0) await sql.raw(`create schema if not exists ${quoted(schema)}`).execute(db)
}

function roomOf<Tables>(room: OpenRoom, { clock, logger }: Pick<Kernel, 'clock' | 'logger'>): RoomDatabase<Tables> {
  const db = room.db as unknown as Kysely<Tables>
  return {
    db,
    engine: 'postgres',
    async transaction(work) {
      for (let tried = 1; ; tried++) {
        const leave = await room.turnstile.enter()
        try {
          return await db.transaction().setIsolationLevel('serializable').execute(work)
        } catch (error) {
          if (!isCollision(error) || tried === mostTries) throw error
          logger.debug({ tried, reason: asAppError(error).message }, 'transaction tried again')
        } finally {
          leave()
        }
        await clock.sleep(Math.random() * Math.min(500, 5 * 2 ** tried))
      }
    },
  }
}

function isCollision(error: unknown): boolean {
  return error instanceof AppError && error.code === 'QLY_CONFLICT' && error.retryable
}

async function probe(pool: Pool): Promise<void> {
  try {
    await pool.query('select 1')
  } catch (error) {
    throw postgresError(error)
  }
}
