// Keeps the api's view: each event of the topics as the newest state of its thing. Idempotent by bus position, so redelivery changes nothing.
import type { Transaction } from 'kysely'
import { stateOfMark } from '../../contracts/false-marks.ts'
import { fromJson, type RoomDatabase, toJson } from '../../kernel/database/database.ts'
import type { Delivery, EventBus, Subscription } from '../../kernel/event-bus/event-bus.ts'
import type { ApiTables } from '../tables.ts'
import { takeShadow } from './shadows.ts'

const topics = [
  'qly.alert.v1',
  'qly.ticket.v1',
  'qly.device.v1',
  'qly.detection.v1',
  'qly.footage.v1',
  'qly.dead-letter.v1',
  'qly.notice.v1',
  'qly.ledger.v1',
] as const

/** so many notices are kept (at most: silences and false marks of the same topic count as well) */
const keptNotices = 1000

type Told = Delivery<(typeof topics)[number]>

/** Follows the topics from their beginning, a batch a transaction. */
export function project(deps: { bus: EventBus; room: RoomDatabase<ApiTables> }): Promise<Subscription> {
  return deps.bus.subscribe({ topics, group: 'api' }, (batch) =>
    deps.room.transaction(async (transaction) => {
      for (const delivery of batch) await take(transaction, delivery)
    }),
  )
}

async function take(transaction: Transaction<ApiTables>, { event, offset, partition, storedAt }: Told): Promise<void> {
  const position = Number(offset)
  switch (event.type) {
    case 'cn.qianliyan.alert.changed.v1': {
      const { alert, step } = event.data
      const source = alert.source.camera ?? alert.source.device ?? ''
      const { id, kind, severity, state } = alert
      const row = { position, sort_at: Date.parse(alert.openedAt), body: toJson(alert), kind, severity, state, source }
      await transaction
        .insertInto('alerts')
        .values({ id, ...row })
        .onConflict(newer('alerts', row))
        .execute()
      return addStep(transaction, id, position, step)
    }
    case 'cn.qianliyan.ticket.changed.v1': {
      const { ticket, step } = event.data
      const { id, stage, severity } = ticket
      const row = {
        position,
        sort_at: Date.parse(ticket.createdAt),
        body: toJson(ticket),
        stage,
        severity,
        category: ticket.category.code,
        station: ticket.grid?.station ?? '',
        community: ticket.grid?.community ?? '',
      }
      await transaction
        .insertInto('tickets')
        .values({ id, ...row })
        .onConflict(newer('tickets', row))
        .execute()
      return addStep(transaction, id, position, step)
    }
    case 'cn.qianliyan.device.changed.v1':
      return takeDevice(transaction, event.data, position)
    case 'cn.qianliyan.finding.changed.v1': {
      const { findingId: id, kind, phase, since } = event.data
      const source = event.data.cameraId ?? event.data.deviceId ?? ''
      const row = { position, sort_at: Date.parse(since), body: toJson(event.data), kind, source, phase }
      await transaction
        .insertInto('findings')
        .values({ id, ...row })
        .onConflict(newer('findings', row))
        .execute()
      return
    }
    case 'cn.qianliyan.frame.analysed.v1':
      return // figures go to the time series, the newest to the overlay (stream/latest-frames.ts)
    case 'cn.qianliyan.vehicle.sighted.v1':
      return // the ledger room tells what it makes of it
    case 'cn.qianliyan.ledger.changed.v1': {
      const { entry } = event.data
      const { id, state } = entry
      const row = {
        position,
        sort_at: Date.parse(entry.since),
        body: toJson(entry),
        state,
        camera: entry.cameras[0] ?? '',
      }
      await transaction
        .insertInto('ledger')
        .values({ id, ...row })
        .onConflict(newer('ledger', row))
        .execute()
      return
    }
    case 'cn.qianliyan.shadow.compared.v1':
      return takeShadow(transaction, event, position)
    case 'cn.qianliyan.footage.changed.v1': {
      const { footageId: id, state, at } = event.data
      const row = { position, sort_at: Date.parse(at), body: toJson(event.data), state }
      await transaction
        .insertInto('footage')
        .values({ id, ...row })
        .onConflict(newer('footage', row))
        .execute()
      return
    }
    case 'cn.qianliyan.silence.changed.v1': {
      const { silence } = event.data
      const active = silence.endedAt === null
      const sort_at = Date.parse(silence.endedAt ?? silence.until)
      const row = { position, sort_at, body: toJson(silence), active: active ? 1 : 0 }
      await transaction
        .insertInto('silences')
        .values({ id: silence.id, ...row })
        .onConflict(newer('silences', row))
        .execute()
      return
    }
    case 'cn.qianliyan.falsemark.changed.v1': {
      const { mark } = event.data
      const sort_at = Date.parse(mark.endedAt ?? mark.until)
      const row = { position, sort_at, body: toJson(mark), state: stateOfMark(mark) }
      await transaction
        .insertInto('false_marks')
        .values({ id: mark.id, ...row })
        .onConflict(newer('false_marks', row))
        .execute()
      return
    }
    case 'cn.qianliyan.notice.issued.v1': {
      const row = {
        id: `${partition}-${offset}`,
        position,
        sort_at: Date.parse(event.data.at),
        body: toJson(event.data),
      }
      await transaction
        .insertInto('notices')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      // the topic has one partition, so positions are in order
      await transaction
        .deleteFrom('notices')
        .where('position', '<=', position - keptNotices)
        .execute()
      return
    }
    case 'cn.qianliyan.letter.died.v1': {
      const { stage, code } = event.data
      const row = { id: `${partition}-${offset}`, position, sort_at: storedAt, body: toJson(event.data), stage, code }
      await transaction
        .insertInto('letters')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return
    }
  }
}

/** Replaces the row unless it was told later on the bus already. Offsets of one thing share a partition, so they compare. */
// biome-ignore lint/suspicious/noExplicitAny: kysely's conflict builder is typed by table; all tables here share `id` and `position`
const newer = (table: string, row: { position: number }) => (conflict: any) =>
  conflict
    .column('id')
    .doUpdateSet(row)
    // biome-ignore lint/suspicious/noExplicitAny: as above
    .where((where: any) => where(where.ref('excluded.position'), '>', where.ref(`${table}.position`)))

async function addStep(
  transaction: Transaction<ApiTables>,
  owner: string,
  position: number,
  step: { at: string },
): Promise<void> {
  await transaction
    .insertInto('steps')
    .values({ owner, position, at: Date.parse(step.at), body: toJson(step) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** The twin of a device: what it was, with the parts that it reported now (merge by field, nothing deleted). */
export interface DeviceView {
  readonly id: string
  readonly kind: string
  readonly status: string
  readonly statusSince: string | null
  readonly reason: string | null
  readonly location: readonly [number, number] | null
  readonly gatewayId: string | null
  readonly updatedAt: string
  readonly twin: Readonly<Record<string, unknown>>
}

type DeviceChange = Extract<Told['event'], { type: 'cn.qianliyan.device.changed.v1' }>['data']

async function takeDevice(transaction: Transaction<ApiTables>, change: DeviceChange, position: number): Promise<void> {
  const id = change.deviceId
  const row = await transaction
    .selectFrom('devices')
    .select(['body', 'position'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (row && row.position >= position) return
  const view = mergeDevice(row ? fromJson<DeviceView>(row.body) : undefined, change)
  const columns = { position, sort_at: Date.parse(change.at), body: toJson(view), kind: view.kind, status: view.status }
  await transaction
    .insertInto('devices')
    .values({ id, ...columns })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
    .execute()
}

/** Pure: the view after a change. Objects merge by field at every level, since osd bodies carry parts of `battery` and the like. */
export function mergeDevice(view: DeviceView | undefined, change: DeviceChange): DeviceView {
  const statusChanged = change.status !== undefined && change.status !== view?.status
  return {
    id: change.deviceId,
    kind: change.kind,
    status: change.status ?? view?.status ?? 'online',
    statusSince: statusChanged ? change.at : (view?.statusSince ?? null),
    reason: change.status === undefined ? (view?.reason ?? null) : (change.reason ?? null),
    location: change.location ?? view?.location ?? null,
    gatewayId: change.gatewayId ?? view?.gatewayId ?? null,
    updatedAt: change.at,
    twin: merge(view?.twin ?? {}, change.patch ?? {}),
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function merge(
  old: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result = Object.entries(patch).map(([key, value]): [string, unknown] => {
    const before = Object.hasOwn(old, key) ? old[key] : undefined
    return [key, isObject(before) && isObject(value) ? merge(before, value) : value]
  })
  return Object.fromEntries([...Object.entries(old), ...result])
}
