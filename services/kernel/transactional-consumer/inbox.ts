// The inbox: which events a consumer has handled, by source and id. Bounded by number, not by age: after a long stop of the whole
// system the last events are still known, so one that comes again then is still a duplicate.
import type { Transaction } from 'kysely'
import { eventIdentity } from '../../contracts/cloud-event.ts'
import type { TopicName } from '../../contracts/topics.ts'
import type { Clock } from '../clock/clock.ts'
import type { Delivery } from '../event-bus/event-bus.ts'
import type { InboxOutboxTables } from './transactional-consumer.ts'

/** A consumer remembers at least `remembered` events; forgetting is done once in `forgetEvery` new ones. */
export interface InboxBounds {
  readonly remembered: number
  readonly forgetEvery: number
}
const usual: InboxBounds = { remembered: 200_000, forgetEvery: 10_000 }

export interface Inbox {
  /** Enters the events of a batch; returns those that had not been entered before, in their order. */
  keepNew<Topic extends TopicName>(
    transaction: Transaction<InboxOutboxTables>,
    batch: readonly Delivery<Topic>[],
  ): Promise<readonly Delivery<Topic>[]>
  /** Forgets the oldest if there are too many; does nothing most of the time. */
  forgetOld(transaction: Transaction<InboxOutboxTables>): Promise<void>
}

export function createInbox(
  { clock }: { clock: Clock },
  consumer: string,
  { remembered, forgetEvery }: InboxBounds = usual,
): Inbox {
  let sinceForgetting = 0
  return {
    async keepNew(transaction, batch) {
      const handled_at = clock.now()
      const entered = await transaction
        .insertInto('inbox')
        .values(batch.map(({ event: { source, id } }) => ({ consumer, source, id, handled_at })))
        .onConflict((conflict) => conflict.doNothing())
        .returning(['source', 'id'])
        .execute()
      sinceForgetting += entered.length
      const fresh = new Set(entered.map(eventIdentity))
      // `delete`: of an event that is twice in the batch, the first is handled
      return batch.filter(({ event }) => fresh.delete(eventIdentity(event)))
    },
    async forgetOld(transaction) {
      if (sinceForgetting < forgetEvery) return
      const bound = await transaction
        .selectFrom('inbox')
        .select('handled_at')
        .where('consumer', '=', consumer)
        .orderBy('handled_at', 'desc')
        .offset(remembered)
        .limit(1)
        .executeTakeFirst()
      if (bound) {
        await transaction
          .deleteFrom('inbox')
          .where('consumer', '=', consumer)
          .where('handled_at', '<', bound.handled_at)
          .execute()
      }
      sinceForgetting = 0
    },
  }
}
