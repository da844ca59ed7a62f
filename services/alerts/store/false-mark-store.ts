// False marks in the database, with the timers of their expiry and of telling their count.
import type { Transaction } from 'kysely'
import { fromJson, toJson } from '../../kernel/database/database.ts'
import type { FalseMarkRecord } from '../muting/decide-false-mark.ts'
import type { AlertTables } from './alert-tables.ts'
import { setTimer } from './timer-store.ts'

type Db = Transaction<AlertTables>

export async function findFalseMark(db: Db, id: string): Promise<FalseMarkRecord | null> {
  const row = await db.selectFrom('false_mark').select('record').where('id', '=', id).executeTakeFirst()
  return row ? fromJson<FalseMarkRecord>(row.record) : null
}

/** Those in force of a kind and a source (camera, else device), the oldest first. */
export async function falseMarksAt(db: Db, kind: string, source: string): Promise<FalseMarkRecord[]> {
  const rows = await db
    .selectFrom('false_mark')
    .select('record')
    .where('source', '=', source)
    .where('kind', '=', kind)
    .where('ended_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => fromJson<FalseMarkRecord>(row.record))
}

export async function countFalseMarks(db: Db): Promise<number> {
  const row = await db
    .selectFrom('false_mark')
    .select((field) => field.fn.countAll<number>().as('count'))
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Saves a mark with its timers. One that has ended stays ended, should another process count on it at the same moment: then false. */
export async function saveFalseMark(db: Db, record: FalseMarkRecord, isNew: boolean): Promise<boolean> {
  const { mark, tellAt } = record
  const ended = mark.endedAt === null ? null : Date.parse(mark.endedAt)
  const columns = { ended_at: ended, record: toJson(record) }
  if (isNew) {
    const source = mark.source.camera ?? mark.source.device ?? '-'
    const created_at = Date.parse(mark.createdAt)
    await db
      .insertInto('false_mark')
      .values({ id: mark.id, kind: mark.kind, source, created_at, ...columns })
      .execute()
  } else {
    const { numUpdatedRows } = await db
      .updateTable('false_mark')
      .set(columns)
      .where('id', '=', mark.id)
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return false
  }
  await setTimer(db, 'false_mark', mark.id, 'expire', ended === null ? Date.parse(mark.until) : null)
  await setTimer(db, 'false_mark', mark.id, 'tell', tellAt)
  return true
}

/** Forgets marks that ended before a time. */
export async function forgetFalseMarks(db: Db, before: number): Promise<void> {
  await db.deleteFrom('false_mark').where('ended_at', '<', before).execute()
}
