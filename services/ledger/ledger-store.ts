// The ledger room's table, and the queries on it.
import type { Migration, Transaction } from 'kysely'
import { fromJson, toJson } from '../kernel/database/database.ts'
import {
  type InboxOutboxTables,
  inboxOutboxMigrations,
} from '../kernel/transactional-consumer/transactional-consumer.ts'
import { isOpen, type LedgerRecord } from './entry.ts'

export interface LedgerTables extends InboxOutboxTables {
  vehicles: { id: string; open: number; changed_at: number; body: string }
}

export type LedgerTransaction = Transaction<LedgerTables>

export const ledgerMigrations: Readonly<Record<string, Migration>> = {
  ...inboxOutboxMigrations,
  '0001-vehicles': {
    async up(db) {
      await db.schema
        .createTable('vehicles')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('open', 'integer', (column) => column.notNull())
        .addColumn('changed_at', 'bigint', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('vehicles_open').on('vehicles').column('open').execute()
    },
  },
}

/** Vehicles that still stand: hundreds in a sub-district. */
export async function openRecords(db: LedgerTransaction): Promise<LedgerRecord[]> {
  const rows = await db.selectFrom('vehicles').select('body').where('open', '=', 1).orderBy('id').execute()
  return rows.map(({ body }) => fromJson<LedgerRecord>(body))
}

export async function findRecord(db: LedgerTransaction, id: string): Promise<LedgerRecord | undefined> {
  const row = await db.selectFrom('vehicles').select('body').where('id', '=', id).executeTakeFirst()
  return row && fromJson<LedgerRecord>(row.body)
}

export async function saveRecord(db: LedgerTransaction, record: LedgerRecord, now: number): Promise<void> {
  const row = { open: isOpen(record.entry.state) ? 1 : 0, changed_at: now, body: toJson(record) }
  await db
    .insertInto('vehicles')
    .values({ id: record.entry.id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}
