// The tables of this room. What is decided on stands in a JSON record; columns are only what is looked up.
import { type Migration, sql } from 'kysely'
import type { InboxOutboxTables } from '../../kernel/transactional-consumer/transactional-consumer.ts'

export interface AlertTables extends InboxOutboxTables {
  alert: {
    id: string
    alert_key: string
    /** the key while open or acknowledged, else null: unique, so that two open alerts of one key cannot be stored */
    open_key: string | null
    group_key: string
    kind: string
    /** camera, else device */
    source: string
    /** 1: people were told of it, and not yet of its end */
    told: number
    created_at: number
    /** `stillOpen` until it closes */
    closed_at: number
    record: string
  }
  alert_group: { group_key: string; record: string }
  silence: { id: string; ended_at: number | null; created_at: number; record: string }
  /** `source`: camera, else device */
  false_mark: {
    id: string
    kind: string
    source: string
    ended_at: number | null
    created_at: number
    record: string
  }
  device: { id: string; gateway_id: string | null; record: string }
  /** what the storm limit did not let in, until it is told */
  storm: { kind: string; dropped: number }
  timer: { owner: TimerOwner; owner_id: string; name: string; due_at: number }
}

export type TimerOwner = 'alert' | 'group' | 'silence' | 'false_mark' | 'device' | 'storm' | 'room'

/** `closed_at` of an alert that has not closed: after every time that there is. */
export const stillOpen = Number.MAX_SAFE_INTEGER

export const alertMigrations: Readonly<Record<string, Migration>> = {
  '1001-alerts': {
    async up(db) {
      await db.schema
        .createTable('alert')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('alert_key', 'text', (column) => column.notNull())
        .addColumn('open_key', 'text', (column) => column.unique())
        .addColumn('group_key', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('told', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'integer', (column) => column.notNull())
        .addColumn('closed_at', 'integer', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('alert_by_key').on('alert').columns(['alert_key', 'closed_at']).execute()
      await db.schema.createIndex('alert_by_group').on('alert').columns(['group_key', 'closed_at']).execute()
      await db.schema.createIndex('alert_by_source').on('alert').columns(['source', 'closed_at']).execute()
      await db.schema.createIndex('alert_by_kind').on('alert').columns(['kind', 'created_at']).execute()
      await db.schema.createIndex('alert_by_close').on('alert').columns(['closed_at', 'kind']).execute()
      await sql`create index alert_told on alert (group_key) where told = 1`.execute(db)
      await db.schema
        .createTable('alert_group')
        .addColumn('group_key', 'text', (column) => column.primaryKey())
        .addColumn('record', 'text', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('silence')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('ended_at', 'integer')
        .addColumn('created_at', 'integer', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .execute()
      await sql`create index silence_in_force on silence (created_at) where ended_at is null`.execute(db)
      await db.schema
        .createTable('device')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('gateway_id', 'text')
        .addColumn('record', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('device_by_gateway').on('device').column('gateway_id').execute()
      await db.schema
        .createTable('storm')
        .addColumn('kind', 'text', (column) => column.primaryKey())
        .addColumn('dropped', 'integer', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('timer')
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('owner_id', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('due_at', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('timer_key', ['owner', 'owner_id', 'name'])
        .execute()
      await db.schema.createIndex('timer_by_due').on('timer').column('due_at').execute()
    },
  },
  '1002-false-marks': {
    async up(db) {
      await db.schema
        .createTable('false_mark')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('ended_at', 'integer')
        .addColumn('created_at', 'integer', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('false_mark_by_source').on('false_mark').columns(['source', 'kind']).execute()
    },
  },
}
