// The outbox: events stored with the change that caused them, published after the commit in their order, then deleted.
import type { Transaction } from 'kysely'
import { monotonicFactory } from 'ulid'
import { createEvent } from '../../contracts/cloud-event.ts'
import { type AppError, asAppError } from '../../contracts/errors.ts'
import { letterDiedV1 } from '../../contracts/events/letter-died-v1.ts'
import type { TopicName } from '../../contracts/topics.ts'
import { fromJson, type RoomDatabase, toJson } from '../database/database.ts'
import { backoffMs } from '../event-bus/backoff.ts'
import type { Outgoing } from '../event-bus/event-bus.ts'
import { createEventCheck } from '../event-bus/event-check.ts'
import type { Kernel } from '../kernel.ts'
import type { InboxOutboxTables } from './transactional-consumer.ts'

/** A stored event: `id` sorts by the order of storing within one process. */
export interface OutboxItem {
  readonly id: string
  readonly outgoing: Outgoing
}

export interface Outbox {
  /** Stores events. Throws QLY_BUS_EVENT_INVALID, so that an event which the bus would refuse undoes the transaction. */
  store(transaction: Transaction<InboxOutboxTables>, outgoing: readonly Outgoing[]): Promise<readonly OutboxItem[]>
  /** Items that nobody has published for `olderThanMs`, oldest first, at most 500. */
  leftBehind(olderThanMs: number, except: ReadonlySet<string>): Promise<readonly OutboxItem[]>
  /** Publishes in order, for as long as it takes; rejects only after `signal` was aborted. */
  publish(items: readonly OutboxItem[], signal: AbortSignal): Promise<void>
  remove(transaction: Transaction<InboxOutboxTables>, ids: readonly string[]): Promise<void>
}

const mostAtOnce = 500

export function createOutbox(
  deps: Pick<Kernel, 'bus' | 'clock' | 'logger'> & { readonly room: RoomDatabase<InboxOutboxTables> },
  consumer: string,
): Outbox {
  const { bus, clock, logger, room } = deps
  const check = createEventCheck()
  const nextId = monotonicFactory()

  async function publishAll(outgoing: readonly Outgoing[], signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await bus.publish(outgoing)
      } catch (thrown) {
        const error = asAppError(thrown)
        if (!error.retryable) return await publishOneByOne(outgoing, error, signal)
        signal.throwIfAborted()
        logger.warn({ consumer, events: outgoing.length, err: error }, 'cannot publish; will be tried again')
        await clock.sleep(backoffMs(attempt), signal)
      }
    }
  }

  async function publishOneByOne(outgoing: readonly Outgoing[], error: AppError, signal: AbortSignal): Promise<void> {
    const [first] = outgoing
    if (outgoing.length > 1) {
      for (const each of outgoing) await publishAll([each], signal)
    } else if (first && first.topic !== 'qly.dead-letter.v1') {
      logger.error({ consumer, topic: first.topic, id: first.event.id, err: error }, 'the bus refuses an event')
      await publishAll([asLetter(consumer, first, error, clock.now())], signal)
    }
  }

  return {
    async store(transaction, outgoing) {
      if (outgoing.length === 0) return []
      const stored_at = clock.now()
      const items = outgoing.map((each) => {
        check(each.topic, each.event)
        return { id: nextId(stored_at), outgoing: each }
      })
      for (let from = 0; from < items.length; from += mostAtOnce) {
        const rows = items.slice(from, from + mostAtOnce).map(({ id, outgoing: { topic, event } }) => ({
          id,
          consumer,
          topic,
          event: toJson(event),
          stored_at,
        }))
        await transaction.insertInto('outbox').values(rows).execute()
      }
      return items
    },
    async leftBehind(olderThanMs, except) {
      const rows = await room.db
        .selectFrom('outbox')
        .select(['id', 'topic', 'event'])
        .where('consumer', '=', consumer)
        .where('stored_at', '<=', clock.now() - olderThanMs)
        .orderBy('id')
        .limit(mostAtOnce)
        .execute()
      return rows
        .filter(({ id }) => !except.has(id))
        .map(({ id, topic, event }) => ({
          id,
          outgoing: { topic: topic as TopicName, event: fromJson(event) } as Outgoing,
        }))
    },
    async publish(items, signal) {
      if (items.length > 0)
        await publishAll(
          items.map((item) => item.outgoing),
          signal,
        )
    },
    async remove(transaction, ids) {
      for (let from = 0; from < ids.length; from += mostAtOnce) {
        await transaction
          .deleteFrom('outbox')
          .where('id', 'in', ids.slice(from, from + mostAtOnce))
          .execute()
      }
    },
  }
}

const maximumLetterBytes = 256 * 1024

/** What the bus will never take, kept where people see it. */
function asLetter(consumer: string, { topic, event }: Outgoing, error: AppError, now: number): Outgoing {
  const bytes = Buffer.from(JSON.stringify(event))
  return {
    topic: 'qly.dead-letter.v1',
    event: createEvent(
      letterDiedV1,
      { source: `/bus/${consumer}`, id: `outbox:${event.source}:${event.id}`.slice(0, 256), time: now },
      {
        stage: consumer.slice(0, 64),
        origin: `outbox of ${consumer} for ${topic}`.slice(0, 512),
        code: error.code,
        reason: error.message.slice(0, 2000),
        receivedAt: new Date(now).toISOString(),
        base64: bytes.subarray(0, maximumLetterBytes).toString('base64'),
        truncated: bytes.length > maximumLetterBytes,
        sizeBytes: bytes.length,
      },
    ),
  }
}
