// The tickets room's tables, and the queries on them.
import type { Migration, Transaction } from 'kysely'
import type { Alert } from '../contracts/events/alert-changed-v1.ts'
import type { Ticket } from '../contracts/events/ticket-changed-v1.ts'
import { fromJson, toJson } from '../kernel/database/database.ts'
import {
  type InboxOutboxTables,
  inboxOutboxMigrations,
} from '../kernel/transactional-consumer/transactional-consumer.ts'
import type { OpenCase } from './duplicates.ts'
import { nextDeadline } from './life-cycle.ts'
import { isOpen } from './transitions.ts'

export interface TicketTables extends InboxOutboxTables {
  tickets: {
    id: string
    category: string
    /** 1 while neither closed nor void */
    open: number
    created_at: number
    /** ms since the epoch; null: no limit runs */
    next_deadline_at: number | null
    body: string
  }
  /** which alert is in which ticket */
  ticket_alerts: { alert_id: string; ticket_id: string; source: string; state: string }
  /** the last case number of a day */
  case_numbers: { day: string; last: number }
}

export type TicketTransaction = Transaction<TicketTables>

export const ticketMigrations: Readonly<Record<string, Migration>> = {
  ...inboxOutboxMigrations,
  '0100-tickets': {
    async up(db) {
      await db.schema
        .createTable('tickets')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('category', 'text', (column) => column.notNull())
        .addColumn('open', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('next_deadline_at', 'bigint')
        .addColumn('body', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('tickets_by_case').on('tickets').columns(['open', 'category', 'created_at']).execute()
      await db.schema.createIndex('tickets_by_deadline').on('tickets').column('next_deadline_at').execute()
      await db.schema
        .createTable('ticket_alerts')
        .addColumn('alert_id', 'text', (column) => column.primaryKey())
        .addColumn('ticket_id', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('ticket_alerts_by_ticket').on('ticket_alerts').column('ticket_id').execute()
      await db.schema
        .createTable('case_numbers')
        .addColumn('day', 'text', (column) => column.primaryKey())
        .addColumn('last', 'integer', (column) => column.notNull())
        .execute()
    },
  },
}

export async function saveTicket(transaction: TicketTransaction, ticket: Ticket): Promise<void> {
  const row = {
    category: ticket.category.code,
    open: isOpen(ticket.stage) ? 1 : 0,
    created_at: Date.parse(ticket.createdAt),
    next_deadline_at: nextDeadline(ticket),
    body: toJson(ticket),
  }
  await transaction
    .insertInto('tickets')
    .values({ id: ticket.id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}

export async function loadTicket(transaction: TicketTransaction, id: string): Promise<Ticket | undefined> {
  const row = await transaction.selectFrom('tickets').select('body').where('id', '=', id).executeTakeFirst()
  return row && fromJson<Ticket>(row.body)
}

/** The ticket that holds an alert. */
export async function ticketOfAlert(transaction: TicketTransaction, alertId: string): Promise<Ticket | undefined> {
  const row = await transaction
    .selectFrom('ticket_alerts')
    .innerJoin('tickets', 'tickets.id', 'ticket_alerts.ticket_id')
    .select('tickets.body')
    .where('ticket_alerts.alert_id', '=', alertId)
    .executeTakeFirst()
  return row && fromJson<Ticket>(row.body)
}

export async function holdAlert(transaction: TicketTransaction, alert: Alert, ticketId: string): Promise<void> {
  await transaction
    .insertInto('ticket_alerts')
    .values({ alert_id: alert.id, ticket_id: ticketId, source: sourceOf(alert), state: alert.state })
    .onConflict((conflict) => conflict.column('alert_id').doUpdateSet({ state: alert.state }))
    .execute()
}

/** States of a ticket's alerts, as last told. */
export async function alertStates(transaction: TicketTransaction, ticketId: string): Promise<string[]> {
  const rows = await transaction.selectFrom('ticket_alerts').select('state').where('ticket_id', '=', ticketId).execute()
  return rows.map(({ state }) => state)
}

/** Open cases of a category that were opened since a time. */
export async function openCases(transaction: TicketTransaction, category: string, since: number): Promise<OpenCase[]> {
  const rows = await transaction
    .selectFrom('tickets')
    .leftJoin('ticket_alerts', 'ticket_alerts.ticket_id', 'tickets.id')
    .select(['tickets.id', 'tickets.created_at', 'tickets.body', 'ticket_alerts.source'])
    .where('tickets.open', '=', 1)
    .where('tickets.category', '=', category)
    .where('tickets.created_at', '>=', since)
    .execute()
  return [...Map.groupBy(rows, ({ id }) => id)].flatMap(([ticketId, group]) => {
    const [first] = group
    if (!first) return []
    const sources = group.flatMap(({ source }) => source ?? [])
    return [{ ticketId, createdAt: first.created_at, location: fromJson<Ticket>(first.body).location, sources }]
  })
}

/** Tickets a limit of which has run out by `at`, the longest overdue first. */
export async function ticketsDue(transaction: TicketTransaction, at: number, most: number): Promise<Ticket[]> {
  const rows = await transaction
    .selectFrom('tickets')
    .select('body')
    .where('next_deadline_at', '<=', at)
    .orderBy('next_deadline_at')
    .limit(most)
    .execute()
  return rows.map(({ body }) => fromJson<Ticket>(body))
}

/** The next number of a day: adcode, date, sequence. */
export async function nextCaseNumber(transaction: TicketTransaction, adcode: string, day: string): Promise<string> {
  await transaction
    .insertInto('case_numbers')
    .values({ day, last: 1 })
    .onConflict((conflict) => conflict.column('day').doUpdateSet((row) => ({ last: row('case_numbers.last', '+', 1) })))
    .execute()
  const { last } = await transaction
    .selectFrom('case_numbers')
    .select('last')
    .where('day', '=', day)
    .executeTakeFirstOrThrow()
  return `${adcode}-${day.replaceAll('-', '')}-${String(last).padStart(4, '0')}`
}

/** Where an alert comes from: its camera or device. */
export const sourceOf = ({ source }: Pick<Alert, 'source'>): string => source.camera ?? source.device ?? ''
