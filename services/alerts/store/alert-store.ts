// Alerts in the database: found by id, key, group or source; saved with their timers.
import type { Selectable, Transaction } from 'kysely'
import { AppError, asAppError } from '../../contracts/errors.ts'
import { fromJson, toJson } from '../../kernel/database/database.ts'
import { type AlertRecord, isOpen, timerNames } from '../life-cycle/alert-record.ts'
import { type AlertTables, stillOpen } from './alert-tables.ts'
import { setTimer } from './timer-store.ts'

type Db = Transaction<AlertTables>

const read = (row: { record: string } | undefined): AlertRecord | null =>
  row ? fromJson<AlertRecord>(row.record) : null

export async function findAlert(db: Db, id: string): Promise<AlertRecord | null> {
  return read(await db.selectFrom('alert').select('record').where('id', '=', id).executeTakeFirst())
}

/** The open alert of a key, else the one that closed last. */
export async function newestOfKey(db: Db, key: string): Promise<AlertRecord | null> {
  return read(
    await db
      .selectFrom('alert')
      .select('record')
      .where('alert_key', '=', key)
      .orderBy('closed_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst(),
  )
}

/** Open alerts, all or of one source (camera or device). */
export async function openAlerts(db: Db, source?: string): Promise<AlertRecord[]> {
  const all = db.selectFrom('alert').select('record').where('closed_at', '=', stillOpen)
  const rows = await (source === undefined ? all : all.where('source', '=', source)).orderBy('id').execute()
  return rows.map((row) => fromJson<AlertRecord>(row.record))
}

/** What the notice of a group is about: its open alerts, and those told before that have closed. */
export async function alertsOfGroup(db: Db, groupKey: string): Promise<AlertRecord[]> {
  const rows = await db
    .selectFrom('alert')
    .select('record')
    .where('group_key', '=', groupKey)
    .where((where) => where.or([where('closed_at', '=', stillOpen), where('told', '=', 1)]))
    .orderBy('id')
    .execute()
  return rows.map((row) => fromJson<AlertRecord>(row.record))
}

/** How many alerts of a kind are open, and how many were opened since a time. */
export async function countsOfKind(db: Db, kind: string, since: number): Promise<{ open: number; recent: number }> {
  const count = async (query: 'open' | 'recent') => {
    const ofKind = db
      .selectFrom('alert')
      .select((field) => field.fn.countAll<number>().as('count'))
      .where('kind', '=', kind)
    const narrowed =
      query === 'open' ? ofKind.where('closed_at', '=', stillOpen) : ofKind.where('created_at', '>', since)
    return (await narrowed.executeTakeFirstOrThrow()).count
  }
  return { open: await count('open'), recent: await count('recent') }
}

/** Stores an alert as it is after a decision, `before` being what was stored, and moves its timers. Returns the times that were set. */
export async function saveAlert(
  db: Db,
  before: AlertRecord | null,
  record: AlertRecord,
  now: number,
): Promise<number[]> {
  const { alert } = record
  const known = before?.alert.id === alert.id ? before : null
  const columns = {
    open_key: isOpen(alert.state) ? alert.key : null,
    told: record.told ? 1 : 0,
    closed_at: isOpen(alert.state) ? stillOpen : (record.closedAt ?? now),
    record: toJson(record),
  }
  if (known) {
    await db.updateTable('alert').set(columns).where('id', '=', alert.id).execute()
  } else {
    const row: Selectable<AlertTables['alert']> = {
      id: alert.id,
      alert_key: alert.key,
      group_key: alert.groupKey,
      kind: alert.kind,
      source: alert.source.camera ?? alert.source.device ?? '-',
      created_at: now,
      ...columns,
    }
    await insertNew(db, row)
  }
  const set: number[] = []
  for (const name of timerNames) {
    const due = record.timers[name]
    if (due === known?.timers[name]) continue
    await setTimer(db, 'alert', alert.id, name, due ?? null)
    if (due !== undefined) set.push(due)
  }
  return set
}

/** Another process may open the same key at the same moment: then this decision rests on old news and is taken again. */
async function insertNew(db: Db, row: Selectable<AlertTables['alert']>): Promise<void> {
  try {
    await db.insertInto('alert').values(row).execute()
  } catch (error) {
    const cause = asAppError(error)
    if (cause.code !== 'QLY_CONFLICT') throw cause
    throw new AppError('QLY_CONFLICT', `another alert of ${row.alert_key} is open`, { cause, retryable: true })
  }
}

/** Forgets alerts closed before a time ; those whose findings still go on under a dismissal stay. At most `limit`. */
export async function forgetAlerts(db: Db, before: number, limit: number): Promise<number> {
  const rows = await db
    .selectFrom('alert')
    .select(['id', 'record'])
    .where('closed_at', '<', before)
    .where('told', '=', 0)
    .orderBy('closed_at')
    .limit(limit)
    .execute()
  const over = rows.filter((row) => {
    const { findings, lastTriggerAt } = fromJson<AlertRecord>(row.record)
    return Object.keys(findings).length === 0 || lastTriggerAt < before
  })
  if (over.length > 0)
    await db
      .deleteFrom('alert')
      .where(
        'id',
        'in',
        over.map((row) => row.id),
      )
      .execute()
  return over.length
}
