// How a room with state consumes and produces without losing or doubling anything, over kill -9 at any point:
// in ONE database transaction it drops events already handled (inbox, by source and id), changes its tables and stores what it will
// publish (outbox); after the commit the outbox is published, then emptied, then the bus offset is committed.
// An event of the outbox keeps its id, so a second publication after a crash is a duplicate that every consumer recognises.
import type { Migration, Transaction } from 'kysely'
import type { TopicName } from '../../contracts/topics.ts'
import type { Delivery, Outgoing, StartPosition } from '../event-bus/event-bus.ts'

export interface TransactionalConsumerOptions<Tables, Topic extends TopicName> {
  readonly name: string
  readonly topics: readonly Topic[]
  readonly from?: StartPosition
  /** Events that it says no to are passed over: no transaction, no row in the inbox. Must depend on the delivery alone. Default: all. */
  readonly wants?: (delivery: Delivery<Topic>) => boolean
  /** Applies one event inside the transaction and returns what to publish. May be called again for the same event if the transaction is tried again. */
  readonly handle: (delivery: Delivery<Topic>, transaction: Transaction<Tables>) => Promise<readonly Outgoing[]>
}

export interface TransactionalConsumer<Tables> {
  start(signal?: AbortSignal): Promise<void>
  stop(): Promise<void>
  /** Events stored on the bus but not yet handled by this group (partitions of this member). */
  lag(): Promise<number>
  /** Does work that no event started (a timer fired) with the same guarantees. */
  run(work: (transaction: Transaction<Tables>) => Promise<readonly Outgoing[]>): Promise<void>
}

/** Tables that a room must have for it; migrations to be merged into the room's own: `{ ...inboxOutboxMigrations, ...mine }`. */
export type InboxOutboxMigrations = Readonly<Record<string, Migration>>
