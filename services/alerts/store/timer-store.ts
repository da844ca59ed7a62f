// Timers as rows: set and cleared with what they belong to, in the same transaction, so that no crash parts them.
import type { Transaction } from 'kysely'
import type { AlertTables, TimerOwner } from './alert-tables.ts'

type Db = Transaction<AlertTables>

export interface TimerRow {
  readonly owner: TimerOwner
  readonly ownerId: string
  readonly name: string
  readonly dueAt: number
}

/** Sets a timer (moving it if it is set), or clears it with null. */
export async function setTimer(
  db: Db,
  owner: TimerOwner,
  ownerId: string,
  name: string,
  dueAt: number | null,
): Promise<void> {
  if (dueAt === null) {
    await db
      .deleteFrom('timer')
      .where('owner', '=', owner)
      .where('owner_id', '=', ownerId)
      .where('name', '=', name)
      .execute()
    return
  }
  const due = Math.round(dueAt)
  await db
    .insertInto('timer')
    .values({ owner, owner_id: ownerId, name, due_at: due })
    .onConflict((conflict) => conflict.columns(['owner', 'owner_id', 'name']).doUpdateSet({ due_at: due }))
    .execute()
}

/** Clears every timer of an owner. */
export async function clearTimers(db: Db, owner: TimerOwner, ownerId: string): Promise<void> {
  await db.deleteFrom('timer').where('owner', '=', owner).where('owner_id', '=', ownerId).execute()
}

/** The timers due at `now`, the longest overdue first. */
export async function dueTimers(db: Db, now: number, limit: number): Promise<TimerRow[]> {
  const rows = await db
    .selectFrom('timer')
    .selectAll()
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('owner')
    .orderBy('owner_id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ owner: row.owner, ownerId: row.owner_id, name: row.name, dueAt: row.due_at }))
}
