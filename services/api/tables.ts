// The api room's tables: people and tokens, the audit trail, and its own view of what the other rooms told on the topics.
import type { ColumnDefinitionBuilder, Migration } from 'kysely'

/** A thing as last told, with the bus position of the telling, so that a redelivered older event changes nothing. */
interface Told {
  id: string
  position: number
  /** ms since the epoch */
  sort_at: number
  body: string
}

export interface ApiTables {
  users: { name: string; roles: string; password: string; created_at: number; disabled: number }
  tokens: {
    hash: string
    id: string
    user: string
    label: string
    created_at: number
    expires_at: number | null
    session: number
  }
  audit: { seq: string; at: number; user: string; action: string; target: string; detail: string }
  alerts: Told & { kind: string; severity: string; state: string; source: string }
  tickets: Told & { stage: string; category: string; station: string; community: string; severity: string }
  steps: { owner: string; position: number; at: number; body: string }
  devices: Told & { kind: string; status: string }
  findings: Told & { kind: string; source: string; phase: string }
  letters: Told & { stage: string; code: string }
  footage: Told & { state: string }
  /** sorted by their end, to come or past, so that those in force are first; active is 1 or 0 */
  silences: Told & { active: number }
  /** sorted as silences; state is active, expired or revoked */
  false_marks: Told & { state: string }
  /** reports of models in shadow, one an event; model is its folder's name */
  shadows: Told & { model: string; camera: string }
  /** the newest ones, one an event; body is the notice */
  notices: Told
  /** sorted by since when they stand; camera is the first that saw it */
  ledger: Told & { state: string; camera: string }
}

const text = (column: ColumnDefinitionBuilder) => column.notNull()

export const apiMigrations: Readonly<Record<string, Migration>> = {
  '0001-people': {
    async up(db) {
      await db.schema
        .createTable('users')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('roles', 'text', text)
        .addColumn('password', 'text', text)
        .addColumn('created_at', 'bigint', text)
        .addColumn('disabled', 'integer', text)
        .execute()
      await db.schema
        .createTable('tokens')
        .addColumn('hash', 'text', (column) => column.primaryKey())
        .addColumn('id', 'text', text)
        .addColumn('user', 'text', text)
        .addColumn('label', 'text', text)
        .addColumn('created_at', 'bigint', text)
        .addColumn('expires_at', 'bigint')
        .addColumn('session', 'integer', text)
        .execute()
      // filled by time, read backwards: the ULID of an entry is its order
      await db.schema
        .createTable('audit')
        .addColumn('seq', 'text', (column) => column.primaryKey())
        .addColumn('at', 'bigint', text)
        .addColumn('user', 'text', text)
        .addColumn('action', 'text', text)
        .addColumn('target', 'text', text)
        .addColumn('detail', 'text', text)
        .execute()
    },
  },
  '0002-view': {
    async up(db) {
      const extra: Record<string, readonly string[]> = {
        alerts: ['kind', 'severity', 'state', 'source'],
        tickets: ['stage', 'category', 'station', 'community', 'severity'],
        devices: ['kind', 'status'],
        findings: ['kind', 'source', 'phase'],
        letters: ['stage', 'code'],
        footage: ['state'],
      }
      for (const [table, columns] of Object.entries(extra)) {
        let creation = db.schema
          .createTable(table)
          .addColumn('id', 'text', (column) => column.primaryKey())
          .addColumn('position', 'bigint', text)
          .addColumn('sort_at', 'bigint', text)
          .addColumn('body', 'text', text)
        for (const column of columns) creation = creation.addColumn(column, 'text', text)
        await creation.execute()
        await db.schema.createIndex(`${table}_by_time`).on(table).columns(['sort_at', 'id']).execute()
      }
      await db.schema
        .createTable('steps')
        .addColumn('owner', 'text', text)
        .addColumn('position', 'bigint', text)
        .addColumn('at', 'bigint', text)
        .addColumn('body', 'text', text)
        .addPrimaryKeyConstraint('steps_key', ['owner', 'position'])
        .execute()
    },
  },
  '0003-notices': {
    async up(db) {
      for (const [table, columns] of [
        ['silences', ['active']],
        ['notices', []],
      ] as const) {
        let creation = db.schema
          .createTable(table)
          .addColumn('id', 'text', (column) => column.primaryKey())
          .addColumn('position', 'bigint', text)
          .addColumn('sort_at', 'bigint', text)
          .addColumn('body', 'text', text)
        for (const column of columns) creation = creation.addColumn(column, 'integer', text)
        await creation.execute()
        await db.schema.createIndex(`${table}_by_time`).on(table).columns(['sort_at', 'id']).execute()
      }
    },
  },
  '0010-ledger': {
    async up(db) {
      await db.schema
        .createTable('ledger')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('position', 'bigint', text)
        .addColumn('sort_at', 'bigint', text)
        .addColumn('body', 'text', text)
        .addColumn('state', 'text', text)
        .addColumn('camera', 'text', text)
        .execute()
      await db.schema.createIndex('ledger_by_time').on('ledger').columns(['sort_at', 'id']).execute()
    },
  },
  '0011-shadows': {
    async up(db) {
      await db.schema
        .createTable('shadows')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('position', 'bigint', text)
        .addColumn('sort_at', 'bigint', text)
        .addColumn('body', 'text', text)
        .addColumn('model', 'text', text)
        .addColumn('camera', 'text', text)
        .execute()
      await db.schema.createIndex('shadows_by_model').on('shadows').columns(['model', 'sort_at']).execute()
    },
  },
  '0012-false-marks': {
    async up(db) {
      await db.schema
        .createTable('false_marks')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('position', 'bigint', text)
        .addColumn('sort_at', 'bigint', text)
        .addColumn('body', 'text', text)
        .addColumn('state', 'text', text)
        .execute()
      await db.schema.createIndex('false_marks_by_time').on('false_marks').columns(['sort_at', 'id']).execute()
    },
  },
}
