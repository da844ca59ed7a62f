// Groups, silences, devices and storm counters in the database.
import type { Transaction } from 'kysely'
import type { Silence } from '../../contracts/silences.ts'
import { fromJson, toJson } from '../../kernel/database/database.ts'
import type { DeviceRecord } from '../devices/decide-device.ts'
import type { GroupRecord } from '../grouping/decide-group.ts'
import type { AlertTables } from './alert-tables.ts'
import { setTimer } from './timer-store.ts'

type Db = Transaction<AlertTables>

export async function findGroup(db: Db, groupKey: string): Promise<GroupRecord | null> {
  const row = await db.selectFrom('alert_group').select('record').where('group_key', '=', groupKey).executeTakeFirst()
  return row ? fromJson<GroupRecord>(row.record) : null
}

/** Saves a group and its timer, or forgets both. */
export async function saveGroup(db: Db, groupKey: string, group: GroupRecord | null): Promise<void> {
  await setTimer(db, 'group', groupKey, 'tell', group?.dueAt ?? null)
  if (!group) {
    await db.deleteFrom('alert_group').where('group_key', '=', groupKey).execute()
    return
  }
  const record = toJson(group)
  await db
    .insertInto('alert_group')
    .values({ group_key: groupKey, record })
    .onConflict((conflict) => conflict.column('group_key').doUpdateSet({ record }))
    .execute()
}

export async function findSilence(db: Db, id: string): Promise<Silence | null> {
  const row = await db.selectFrom('silence').select('record').where('id', '=', id).executeTakeFirst()
  return row ? fromJson<Silence>(row.record) : null
}

/** Silences in force, the oldest first. */
export async function activeSilences(db: Db): Promise<Silence[]> {
  const rows = await db
    .selectFrom('silence')
    .select('record')
    .where('ended_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => fromJson<Silence>(row.record))
}

/** Saves a silence and the timer of its expiry. */
export async function saveSilence(db: Db, silence: Silence): Promise<void> {
  const ended = silence.endedAt === null ? null : Date.parse(silence.endedAt)
  const record = toJson(silence)
  await db
    .insertInto('silence')
    .values({ id: silence.id, created_at: Date.parse(silence.createdAt), ended_at: ended, record })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ended_at: ended, record }))
    .execute()
  await setTimer(db, 'silence', silence.id, 'expire', ended === null ? Date.parse(silence.until) : null)
}

/** Forgets silences that ended before a time. */
export async function forgetSilences(db: Db, before: number): Promise<void> {
  await db.deleteFrom('silence').where('ended_at', '<', before).execute()
}

export async function findDevice(db: Db, id: string): Promise<DeviceRecord | null> {
  const row = await db.selectFrom('device').select('record').where('id', '=', id).executeTakeFirst()
  return row ? fromJson<DeviceRecord>(row.record) : null
}

export async function saveDevice(db: Db, device: DeviceRecord): Promise<void> {
  const columns = { gateway_id: device.gatewayId, record: toJson(device) }
  await db
    .insertInto('device')
    .values({ id: device.id, ...columns })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
    .execute()
}

export async function knownDevices(db: Db): Promise<Set<string>> {
  return new Set((await db.selectFrom('device').select('id').execute()).map((row) => row.id))
}

/** Devices behind a gateway. */
export async function devicesBehind(db: Db, gatewayId: string): Promise<string[]> {
  return (await db.selectFrom('device').select('id').where('gateway_id', '=', gatewayId).execute()).map((row) => row.id)
}

/** One more that the storm limit kept out; how many since it was last told. */
export async function addDropped(db: Db, kind: string): Promise<number> {
  const row = await db.selectFrom('storm').select('dropped').where('kind', '=', kind).executeTakeFirst()
  const dropped = (row?.dropped ?? 0) + 1
  await db
    .insertInto('storm')
    .values({ kind, dropped })
    .onConflict((conflict) => conflict.column('kind').doUpdateSet({ dropped }))
    .execute()
  return dropped
}

/** Takes the count of a kind and begins anew. */
export async function takeDropped(db: Db, kind: string): Promise<number> {
  const row = await db.selectFrom('storm').select('dropped').where('kind', '=', kind).executeTakeFirst()
  await db.deleteFrom('storm').where('kind', '=', kind).execute()
  return row?.dropped ?? 0
}
