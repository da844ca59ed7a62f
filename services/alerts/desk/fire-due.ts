// Fires the timers that are due, a batch in one transaction; one that cannot be fired is put off, so that it does not hold up the others.
import { asAppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { RoomDatabase } from '../../kernel/database/database.ts'
import type { TransactionalConsumer } from '../../kernel/transactional-consumer/transactional-consumer.ts'
import type { AlertTables } from '../store/alert-tables.ts'
import { dueTimers, setTimer, type TimerRow } from '../store/timer-store.ts'
import { fireTimer } from './fire-timer.ts'
import { beginWork, type Desk } from './work.ts'

const batch = 100
const putOffMs = 60_000

export interface TimerRoom {
  readonly room: RoomDatabase<AlertTables>
  readonly consumer: Pick<TransactionalConsumer<AlertTables>, 'run'>
  readonly clock: Clock
  readonly desk: Desk
}

/** Resolves with whether there may be more due, and when the next one is. */
export async function fireDueTimers(timers: TimerRoom): Promise<{ more: boolean; nextDueAt: number | null }> {
  const { room, clock } = timers
  const next = await room.db
    .selectFrom('timer')
    .select((field) => field.fn.min<number | null>('due_at').as('due'))
    .executeTakeFirst()
  const due = next?.due ?? null
  if (due === null || due > clock.now()) return { more: false, nextDueAt: due }
  try {
    await fireBatch(timers)
  } catch (error) {
    if (asAppError(error).retryable) throw error
    await fireOneByOne(timers)
  }
  return { more: true, nextDueAt: null }
}

async function fireBatch({ consumer, clock, desk }: TimerRoom, only?: TimerRow): Promise<void> {
  await consumer.run(async (db) => {
    const work = beginWork(desk, db, clock.now())
    const rows = only ? [only] : await dueTimers(db, work.now, batch)
    for (const row of rows) await fireTimer(work, row)
    return work.outgoing
  })
}

async function fireOneByOne(timers: TimerRoom): Promise<void> {
  const { room, clock, desk } = timers
  for (const row of await room.transaction((db) => dueTimers(db, clock.now(), batch))) {
    try {
      await fireBatch(timers, row)
    } catch (error) {
      if (asAppError(error).retryable) throw error
      desk.logger.error({ err: error, timer: row }, 'this timer cannot be fired; put off')
      await room.transaction((db) => setTimer(db, row.owner, row.ownerId, row.name, clock.now() + putOffMs))
    }
  }
}
