// What is known of footage here: what was analysed, and the side-cars that belong to it. Rows and the events they cause go in one transaction.
import type { Migration, Transaction } from 'kysely'
import { createEvent } from '../../contracts/cloud-event.ts'
import { type FootageChanged, footageChangedV1 } from '../../contracts/events/footage-changed-v1.ts'
import { fromJson, toJson } from '../../kernel/database/database.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createInbox } from '../../kernel/transactional-consumer/inbox.ts'
import { createOutbox } from '../../kernel/transactional-consumer/outbox.ts'
import {
  type InboxOutboxTables,
  inboxOutboxMigrations,
} from '../../kernel/transactional-consumer/transactional-consumer.ts'
import { createWorkLoop } from '../../kernel/transactional-consumer/work-loop.ts'
import { flightOf, nearestOf } from './side-car-match.ts'

interface AnalysisTables extends InboxOutboxTables {
  /** one row for each video or picture that came to its end */
  analyses: { footage_id: string; flight: string; uploaded_at: number; body: string }
  side_cars: { footage_id: string; flight: string; uploaded_at: number; telemetry: string }
}

const migrations: Readonly<Record<string, Migration>> = {
  ...inboxOutboxMigrations,
  '0001-footage-analysis': {
    async up(db) {
      for (const [table, column] of [
        ['analyses', 'body'],
        ['side_cars', 'telemetry'],
      ] as const) {
        await db.schema
          .createTable(table)
          .addColumn('footage_id', 'text', (id) => id.primaryKey())
          .addColumn('flight', 'text', (flight) => flight.notNull())
          .addColumn('uploaded_at', 'integer', (time) => time.notNull())
          .addColumn(column, 'text', (text) => text.notNull())
          .execute()
        await db.schema.createIndex(`${table}_flight`).on(table).column('flight').execute()
      }
    },
  },
}

type Telemetry = NonNullable<FootageChanged['telemetry']>

export interface AnalysisStore {
  isDone(footageId: string): Promise<boolean>
  /** The side-car of a footage, as far as one was uploaded. */
  telemetryOf(uploaded: FootageChanged): Promise<Telemetry | undefined>
  begin(uploaded: FootageChanged): Promise<void>
  /** Tells the end, with the place of a side-car that came meanwhile. Resolves once it is durable and published. */
  end(uploaded: FootageChanged, result: Pick<FootageChanged, 'state' | 'summary' | 'reason'>): Promise<void>
  /** Keeps what a side-car tells; footage of its flight that was analysed before it came is told again with its place. */
  keepSideCar(sideCar: FootageChanged, telemetry: Telemetry): Promise<void>
  /** Gives up waiting for an engine that does not answer. */
  close(): void
  stop(): Promise<void>
}

/** Rows are kept for as long as the bus may bring their footage again (topics.ts: 90 days), and a little longer. */
const keptMs = 100 * 24 * 3_600_000

export async function openAnalysisStore(
  deps: Pick<Kernel, 'bus' | 'database' | 'clock' | 'logger'>,
  signal: AbortSignal,
): Promise<AnalysisStore> {
  const { clock } = deps
  const room = await deps.database.room<AnalysisTables>('footage_analysis', migrations)
  const inner = { ...deps, room: room as never }
  const loop = createWorkLoop(inner, createInbox(inner, 'footage-analysis'), createOutbox(inner, 'footage-analysis'))
  signal.addEventListener('abort', loop.close, { once: true })
  await loop.start()
  signal.removeEventListener('abort', loop.close)

  const run = (work: (transaction: Transaction<AnalysisTables>) => Promise<readonly Outgoing[]>) =>
    loop.add(1, (transaction) => work(transaction as unknown as Transaction<AnalysisTables>))
  const told = (data: FootageChanged, id: string): Outgoing => {
    const origin = { source: '/media/footage-analysis', id, subject: data.footageId, time: data.at }
    return { topic: 'qly.footage.v1', event: createEvent(footageChangedV1, origin, data) }
  }
  const now = () => new Date(clock.now()).toISOString()

  const telemetryIn = async (db: Pick<Transaction<AnalysisTables>, 'selectFrom'>, uploaded: FootageChanged) => {
    const rows = await db.selectFrom('side_cars').selectAll().where('flight', '=', flightOf(uploaded)).execute()
    const row = nearestOf(rows, Date.parse(uploaded.at), uploaded.flightId !== undefined)
    return row && fromJson<Telemetry>(row.telemetry)
  }

  return {
    async isDone(footageId) {
      const rows = await room.db
        .selectFrom('analyses')
        .select('footage_id')
        .where('footage_id', '=', footageId)
        .execute()
      return rows.length > 0
    },
    telemetryOf: (uploaded) => telemetryIn(room.db, uploaded),
    begin: (uploaded) =>
      run(async () => [told({ ...uploaded, state: 'analysing', at: now() }, `${uploaded.footageId}/analysing`)]),
    end: (uploaded, { state, summary, reason }) =>
      run(async (transaction) => {
        const location = (await telemetryIn(transaction, uploaded))?.location
        const data: FootageChanged = {
          ...uploaded,
          state,
          at: now(),
          ...(summary ? { summary: { ...summary, ...(location ? { location } : {}) } } : {}),
          ...(reason === undefined ? {} : { reason: reason.slice(0, 500) }),
        }
        const row = { footage_id: uploaded.footageId, flight: flightOf(uploaded), uploaded_at: Date.parse(uploaded.at) }
        const before = clock.now() - keptMs
        await transaction.deleteFrom('analyses').where('uploaded_at', '<', before).execute()
        await transaction.deleteFrom('side_cars').where('uploaded_at', '<', before).execute()
        const stored = await transaction
          .insertInto('analyses')
          .values({ ...row, body: toJson(data) })
          .onConflict((conflict) => conflict.column('footage_id').doNothing())
          .returning('footage_id')
          .execute()
        return stored.length > 0 ? [told(data, `${uploaded.footageId}/${state}`)] : []
      }),
    keepSideCar: (sideCar, telemetry) =>
      run(async (transaction) => {
        const flight = flightOf(sideCar)
        const uploadedAt = Date.parse(sideCar.at)
        await transaction
          .insertInto('side_cars')
          .values({ footage_id: sideCar.footageId, flight, uploaded_at: uploadedAt, telemetry: toJson(telemetry) })
          .onConflict((conflict) => conflict.column('footage_id').doNothing())
          .execute()
        const { location } = telemetry
        const rows = await transaction.selectFrom('analyses').selectAll().where('flight', '=', flight).execute()
        const row = nearestOf(rows, uploadedAt, sideCar.flightId !== undefined)
        const known = row && fromJson<FootageChanged>(row.body)
        if (!location || !known?.summary || known.summary.location) return []
        const data = { ...known, at: now(), summary: { ...known.summary, location } }
        const { footageId } = known
        await transaction
          .updateTable('analyses')
          .set({ body: toJson(data) })
          .where('footage_id', '=', footageId)
          .execute()
        return [told(data, `${footageId}/${data.state}/${sideCar.footageId}`)]
      }),
    close: loop.close,
    stop: () => loop.stop(),
  }
}
