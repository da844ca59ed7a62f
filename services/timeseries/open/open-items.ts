// Which alerts and tickets are open: kept in the room's own tables, so that the gauges are right after a restart.
import type { Migration, Transaction } from 'kysely'
import type { TopicEvent } from '../../contracts/topics.ts'
import { fromJson, type RoomDatabase, toJson } from '../../kernel/database/database.ts'
import { canonicalTags, type Tags } from '../../kernel/time-series/points.ts'

export interface OpenItemTables {
  /** one row an open alert or ticket, with the tags of its gauge */
  open_item: { measurement: string; id: string; tags: string }
  /** gauges that were last told above zero, so that they can be told zero */
  told_gauge: { measurement: string; tags: string }
}

export const openItemMigrations: Readonly<Record<string, Migration>> = {
  '0001-open-items': {
    async up(db) {
      await db.schema
        .createTable('open_item')
        .addColumn('measurement', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('open_item_key', ['measurement', 'id'])
        .execute()
      await db.schema
        .createTable('told_gauge')
        .addColumn('measurement', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('told_gauge_key', ['measurement', 'tags'])
        .execute()
    },
  },
}

export interface OpenItem {
  readonly measurement: 'alert_open' | 'ticket_open'
  readonly id: string
  /** tags of the gauge that it counts for; undefined: it is open no longer */
  readonly tags: Tags | undefined
}

/** What an event says of an item; undefined for events of other kinds. */
export function openItemOf(event: TopicEvent): OpenItem | undefined {
  switch (event.type) {
    case 'cn.qianliyan.alert.changed.v1': {
      const { id, kind, severity, state } = event.data.alert
      const open = state === 'open' || state === 'acknowledged'
      return { measurement: 'alert_open', id, tags: open ? { kind, severity } : undefined }
    }
    case 'cn.qianliyan.ticket.changed.v1': {
      const { id, stage, category, department } = event.data.ticket
      const open = stage !== 'closed' && stage !== 'void'
      const tags = canonicalTags({ category: category.code, department: department ?? '', stage })
      return { measurement: 'ticket_open', id, tags: open ? tags : undefined }
    }
    default:
      return undefined
  }
}

/** Applies items in order; the same items again change nothing. */
export async function applyOpenItems(room: RoomDatabase<OpenItemTables>, items: readonly OpenItem[]): Promise<void> {
  const last = new Map(items.map((item) => [`${item.measurement} ${item.id}`, item]))
  if (last.size > 0) await room.transaction((db) => applyEach(db, [...last.values()]))
}

async function applyEach(db: Transaction<OpenItemTables>, items: readonly OpenItem[]): Promise<void> {
  for (const { measurement, id, tags } of items) {
    if (tags === undefined)
      await db.deleteFrom('open_item').where('measurement', '=', measurement).where('id', '=', id).execute()
    else
      await db
        .insertInto('open_item')
        .values({ measurement, id, tags: toJson(tags) })
        .onConflict((conflict) => conflict.columns(['measurement', 'id']).doUpdateSet({ tags: toJson(tags) }))
        .execute()
  }
}

export interface GaugeValue {
  readonly measurement: string
  readonly tags: Tags
  readonly open: number
}

/** All gauges: what is open, and zero for what was told above zero before. */
export async function readGauges(room: RoomDatabase<OpenItemTables>): Promise<GaugeValue[]> {
  const open = await room.db
    .selectFrom('open_item')
    .select(({ fn }) => ['measurement', 'tags', fn.countAll<number>().as('open')])
    .groupBy(['measurement', 'tags'])
    .execute()
  const present = new Set(open.map((gauge) => `${gauge.measurement} ${gauge.tags}`))
  const told = await room.db.selectFrom('told_gauge').selectAll().execute()
  const gone = told
    .filter((gauge) => !present.has(`${gauge.measurement} ${gauge.tags}`))
    .map((gauge) => ({ ...gauge, open: 0 }))
  return [...open, ...gone].map((gauge) => ({ ...gauge, tags: fromJson<Tags>(gauge.tags) }))
}

/** Remembers which gauges were told above zero, once they have been. */
export async function rememberTold(room: RoomDatabase<OpenItemTables>, gauges: readonly GaugeValue[]): Promise<void> {
  if (gauges.length === 0) return
  await room.transaction(async (db) => {
    for (const { measurement, tags, open } of gauges) {
      const key = { measurement, tags: toJson(tags) }
      if (open > 0)
        await db
          .insertInto('told_gauge')
          .values(key)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      else
        await db.deleteFrom('told_gauge').where('measurement', '=', measurement).where('tags', '=', key.tags).execute()
    }
  })
}
