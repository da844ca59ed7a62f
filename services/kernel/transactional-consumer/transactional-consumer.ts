// How a room with state consumes and produces without losing or doubling anything, over kill -9 at any point:
// in ONE database transaction it drops events already handled (inbox, by source and id), changes its tables and stores what it will
// publish (outbox); after the commit the outbox is published, then emptied, then the bus offset is committed.
// An event of the outbox keeps its id, so a second publication after a crash is a duplicate that every consumer recognises.
import type { Migration, Transaction } from 'kysely'
import { AppError } from '../../contracts/errors.ts'
import type { TopicName } from '../../contracts/topics.ts'
import type { RoomDatabase } from '../database/database.ts'
import type { Delivery, Outgoing, StartPosition, Subscription } from '../event-bus/event-bus.ts'
import type { Kernel } from '../kernel.ts'
import { counter } from '../metrics/metrics.ts'
import { createInbox } from './inbox.ts'
import { createOutbox } from './outbox.ts'
import { createWorkLoop } from './work-loop.ts'

export interface TransactionalConsumerOptions<Tables, Topic extends TopicName> {
  /** the consumer group on the bus; several consumers of one room differ by it */
  readonly name: string
  readonly topics: readonly Topic[]
  readonly from?: StartPosition
  /** Events that it says no to are passed over: no transaction, no row in the inbox. Must depend on the delivery alone. Default: all. */
  readonly wants?: (delivery: Delivery<Topic>) => boolean
  /**
   * Applies one event inside the transaction and returns what to publish. May be called again for the same event if the transaction is tried
   * again, so it changes nothing but the transaction. Calls never overlap. An error is poison unless it is a retryable AppError.
   */
  readonly handle: (delivery: Delivery<Topic>, transaction: Transaction<Tables>) => Promise<readonly Outgoing[]>
}

export interface TransactionalConsumer<Tables> {
  /** Publishes what an earlier run left in the outbox, then takes events. */
  start(signal?: AbortSignal): Promise<void>
  /** Takes no more, finishes what is under way. Idempotent. */
  stop(): Promise<void>
  /** Events stored on the bus that this group has not handled yet (over the partitions of this member). */
  lag(): Promise<number>
  /** Does work that no event started (a timer fired) with the same guarantees; resolves once its events are published. */
  run(work: (transaction: Transaction<Tables>) => Promise<readonly Outgoing[]>): Promise<void>
}

/** Tables that the room's own must include. Times are milliseconds since the epoch. */
export interface InboxOutboxTables {
  inbox: { consumer: string; source: string; id: string; handled_at: number }
  outbox: { id: string; consumer: string; topic: string; event: string; stored_at: number }
}

/** To be merged into the room's migrations: `{ ...inboxOutboxMigrations, ...mine }`. Sorts before '0001-…'. */
export const inboxOutboxMigrations: Readonly<Record<string, Migration>> = {
  '0000-inbox-outbox': {
    async up(db) {
      await db.schema
        .createTable('inbox')
        .addColumn('consumer', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('handled_at', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('inbox_key', ['consumer', 'source', 'id'])
        .execute()
      await db.schema.createIndex('inbox_age').on('inbox').columns(['consumer', 'handled_at']).execute()
      await db.schema
        .createTable('outbox')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('consumer', 'text', (column) => column.notNull())
        .addColumn('topic', 'text', (column) => column.notNull())
        .addColumn('event', 'text', (column) => column.notNull())
        .addColumn('stored_at', 'integer', (column) => column.notNull())
        .execute()
    },
  },
}

export type TransactionalConsumerDeps<Tables> = Pick<Kernel, 'bus' | 'clock' | 'logger' | 'registry'> & {
  readonly room: RoomDatabase<Tables>
}

export function createTransactionalConsumer<Tables extends InboxOutboxTables, Topic extends TopicName>(
  deps: TransactionalConsumerDeps<Tables>,
  options: TransactionalConsumerOptions<Tables, Topic>,
): TransactionalConsumer<Tables> {
  const { bus, registry } = deps
  const { name, topics, from, handle } = options
  // the room's tables include ours; inside, only ours are used
  const inner = { ...deps, room: deps.room as unknown as RoomDatabase<InboxOutboxTables> }
  const inbox = createInbox(inner, name)
  const outbox = createOutbox(inner, name)
  const loop = createWorkLoop(inner, inbox, outbox)
  const labels = ['consumer'] as const
  const duplicates = counter(registry, 'qianliyan_inbox_duplicates_total', 'Events dropped as handled before.', labels)
  let subscription: Subscription | undefined
  let stopped: Promise<void> | undefined

  async function handleBatch(all: readonly Delivery<Topic>[]): Promise<void> {
    const batch = options.wants ? all.filter(options.wants) : all
    if (batch.length === 0) return
    let dropped = 0
    await loop.add(batch.length, async (transaction) => {
      const fresh = await inbox.keepNew(transaction, batch)
      dropped = batch.length - fresh.length
      const outgoing: Outgoing[] = []
      for (const delivery of fresh) {
        outgoing.push(...(await handle(delivery, transaction as unknown as Transaction<Tables>)))
      }
      return outgoing
    })
    if (dropped > 0) duplicates.inc({ consumer: name }, dropped)
  }

  async function stop(): Promise<void> {
    loop.close()
    await subscription?.stop()
    await loop.stop()
  }

  return {
    async start(signal) {
      signal?.addEventListener('abort', loop.close)
      await loop.start()
      signal?.throwIfAborted()
      signal?.removeEventListener('abort', loop.close)
      subscription = await bus.subscribe({ topics, group: name, ...(from === undefined ? {} : { from }) }, handleBatch)
    },
    stop: () => (stopped ??= stop()),
    lag: async () => (await subscription?.lag()) ?? 0,
    async run(work) {
      if (stopped) throw new AppError('QLY_STORAGE_UNAVAILABLE', `the consumer ${name} is stopped`)
      await loop.add(1, (transaction) => work(transaction as unknown as Transaction<Tables>))
    },
  }
}
