// Adapter: relational state in SQLite, one file a room, for this process alone.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { AppError } from '../../../contracts/errors.ts'
import { checkDisk, diskError } from '../../disk/disk.ts'
import type { Kernel } from '../../kernel.ts'
import type { Database, RoomDatabase } from '../database.ts'
import { checkRoomName, type Migrations, migrateRoom } from '../migrate-room.ts'
import { createTurnstile, type Turnstile } from '../turnstile.ts'
import { openSqlite, type SqliteConnection } from './sqlite-connection.ts'
import { createSqliteDialect } from './sqlite-dialect.ts'

/** How long an opening file may be held by a process that is just going away. */
const lockWaitMs = 2000

interface OpenRoom {
  readonly connection: SqliteConnection
  readonly turnstile: Turnstile
  readonly db: Kysely<unknown>
}

/** Rooms live at `<directory>/<room>.sqlite`. Throws QLY_DATA_LOCKED, QLY_STORAGE_FULL, QLY_STORAGE_CORRUPT, QLY_STORAGE_UNAVAILABLE. */
export function createSqliteDatabase(deps: Pick<Kernel, 'clock' | 'logger'>, config: { directory: string }): Database {
  const rooms = new Map<string, OpenRoom>()
  let running = false

  return {
    async start() {
      try {
        await mkdir(config.directory, { recursive: true })
      } catch (error) {
        throw diskError(error, config.directory)
      }
      running = true
    },
    async stop() {
      running = false
      for (const [name, room] of rooms) {
        await room.turnstile.close()
        room.connection.close()
        rooms.delete(name)
      }
    },
    async room<Tables>(name: string, migrations: Migrations) {
      checkRoomName(name)
      if (!running) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'the database is not started')
      const open = rooms.get(name) ?? openRoom(name, join(config.directory, `${name}.sqlite`))
      rooms.set(name, open)
      const applied = await open.db
        .transaction()
        .execute((transaction) => migrateRoom(transaction, name, migrations, deps.clock.now()))
      if (applied.length > 0) deps.logger.debug({ room: name, applied }, 'migrated')
      return roomOf<Tables>(open.db as unknown as Kysely<Tables>)
    },
    async check() {
      if (!running) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'the database is not started')
      await checkDisk(config.directory)
    },
  }
}

function openRoom(name: string, file: string): OpenRoom {
  const connection = openSqlite(file, lockWaitMs)
  const turnstile = createTurnstile(`room ${name}`)
  return { connection, turnstile, db: new Kysely<unknown>({ dialect: createSqliteDialect(connection, turnstile) }) }
}

function roomOf<Tables>(db: Kysely<Tables>): RoomDatabase<Tables> {
  return { db, engine: 'sqlite', transaction: (work) => db.transaction().execute(work) }
}
