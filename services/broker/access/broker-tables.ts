// The broker's tables: devices made through the API, which aircraft is behind which gateway, who is online (for after a restart), secrets of its own.
import type { Migration } from 'kysely'

export interface BrokerTables {
  device: {
    id: string
    /** a kind of device, or `subscriber` */
    kind: string
    name: string | null
    /** null: a sub-device that never logs in itself */
    password_hash: string | null
    /** sealed (digest-secrets.ts); null where we did not make the password */
    digest: string | null
    gateway: string | null
    location: string | null
    registered_at: number
    registered_by: string
    registered_with: string
    revoked_at: number | null
    revoked_with: string | null
  }
  sub_device: { id: string; gateway: string; learnt_at: number }
  online_device: { id: string; kind: string }
  secret: { name: string; value: string }
  /** what our session at an external broker is subscribed to */
  external_filter: { client_id: string; filter: string }
}

export const brokerMigrations: Readonly<Record<string, Migration>> = {
  '0001-devices': {
    async up(db) {
      await db.schema
        .createTable('device')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('name', 'text')
        .addColumn('password_hash', 'text')
        .addColumn('gateway', 'text')
        .addColumn('location', 'text')
        .addColumn('registered_at', 'bigint', (column) => column.notNull())
        .addColumn('registered_by', 'text', (column) => column.notNull())
        .addColumn('registered_with', 'text', (column) => column.notNull())
        .addColumn('revoked_at', 'bigint')
        .addColumn('revoked_with', 'text')
        .execute()
      await db.schema
        .createTable('sub_device')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('gateway', 'text', (column) => column.notNull())
        .addColumn('learnt_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('online_device')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('secret')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .execute()
    },
  },
  '0002-external-filters': {
    async up(db) {
      await db.schema
        .createTable('external_filter')
        .addColumn('client_id', 'text', (column) => column.notNull())
        .addColumn('filter', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('external_filter_key', ['client_id', 'filter'])
        .execute()
    },
  },
  '0003-digest': {
    async up(db) {
      await db.schema.alterTable('device').addColumn('digest', 'text').execute()
    },
  },
}
