// Brings a room's tables to the newest migration inside one transaction: all pending steps or none.
import { type Kysely, type Migration, sql, type Transaction } from 'kysely'
import { AppError } from '../../contracts/errors.ts'

export type Migrations = Readonly<Record<string, Migration>>

interface MigrationTable {
  qly_migration: { name: string; applied_at: number }
}

/**
 * Runs in the given transaction. Keys sort by name.
 * QLY_DATA_FROM_NEWER_VERSION if a stored migration is unknown here; QLY_INTERNAL if a new one sorts before one already applied.
 */
export async function migrateRoom(
  transaction: Transaction<unknown>,
  room: string,
  migrations: Migrations,
  now: number,
): Promise<readonly string[]> {
  const db = transaction as unknown as Transaction<MigrationTable>
  await sql`create table if not exists qly_migration (name varchar(255) primary key, applied_at bigint not null)`.execute(
    db,
  )
  const applied = (await db.selectFrom('qly_migration').select('name').execute()).map((row) => row.name)
  const known = Object.keys(migrations).sort()
  refuseNewer(room, applied, known)

  const pending = known.filter((name) => !applied.includes(name))
  const newest = applied.sort().at(-1)
  if (newest !== undefined && pending[0] !== undefined && pending[0] < newest)
    throw new AppError(
      'QLY_INTERNAL',
      `migration ${pending[0]} of room ${room} must sort after ${newest}, which is applied`,
    )
  for (const name of pending) {
    await migrations[name]?.up(db as unknown as Kysely<never>)
    await db.insertInto('qly_migration').values({ name, applied_at: now }).execute()
  }
  return pending
}

/** Room names become file and schema names. */
export function checkRoomName(name: string): void {
  if (!/^[a-z][a-z0-9_-]{0,47}$/.test(name))
    throw new AppError('QLY_INPUT_INVALID', `a room's name is a-z, 0-9, _ and -, at most 48: "${name}" is not`)
}

function refuseNewer(room: string, applied: readonly string[], known: readonly string[]): void {
  const unknown = applied.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new AppError(
      'QLY_DATA_FROM_NEWER_VERSION',
      `the data of room ${room} was written by a newer version (it has ${unknown.join(', ')}): start that version, or use another data directory`,
      { details: { room, unknown } },
    )
}
