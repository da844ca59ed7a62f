// Runs pieces of work (a batch of events, a timer) in transactions. Pieces that wait share one transaction, since a commit waits for the disk;
// if it fails each gets its own, so that a poisonous one fails alone. While one transaction's events are published, the next may run.
import type { Transaction } from 'kysely'
import { asAppError } from '../../contracts/errors.ts'
import type { RoomDatabase } from '../database/database.ts'
import type { Outgoing } from '../event-bus/event-bus.ts'
import type { Kernel } from '../kernel.ts'
import type { Inbox } from './inbox.ts'
import type { Outbox, OutboxItem } from './outbox.ts'
import type { InboxOutboxTables } from './transactional-consumer.ts'

type Work = (transaction: Transaction<InboxOutboxTables>) => Promise<readonly Outgoing[]>

export interface WorkLoop {
  /** Publishes what an earlier run left, and begins to look after what other processes leave. */
  start(): Promise<void>
  /** Resolves once the work is committed and its events are published. `weight`: number of events in it. */
  add(weight: number, work: Work): Promise<void>
  /** Gives up waiting for an engine that does not answer: such work is rejected and comes again. */
  close(): void
  stop(): Promise<void>
}

/** A transaction takes no further piece once it holds so many events. */
const eventsTogether = 2000
/** Published events are deleted with the next transaction, at the latest after this time. */
const removeDelayMs = 500
/** Events that nobody has published for so long were left by a process that died. */
const sweepMs = 10_000

interface Piece {
  readonly weight: number
  readonly work: Work
  readonly settle: (error?: Error) => void
}

export function createWorkLoop(
  deps: Pick<Kernel, 'clock' | 'logger'> & { readonly room: RoomDatabase<InboxOutboxTables> },
  inbox: Inbox,
  outbox: Outbox,
): WorkLoop {
  const { clock, logger, room } = deps
  const closing = new AbortController()
  const pieces: Piece[] = []
  /** stored by us and not yet deleted */
  const held = new Set<string>()
  let published: string[] = []
  let publishing: Promise<void> = Promise.resolve()
  let givenUp: Error | undefined
  let draining: Promise<void> | undefined
  let cancelRemoval: (() => void) | undefined
  let cancelSweep: (() => void) | undefined
  let sweeping: Promise<void> = Promise.resolve()

  function add(weight: number, work: Work): Promise<void> {
    return new Promise((resolve, reject) => {
      pieces.push({ weight, work, settle: (error) => (error ? reject(error) : resolve()) })
      draining ??= drain()
    })
  }

  async function drain(): Promise<void> {
    // what is added in this turn goes together
    await new Promise((resolve) => setImmediate(resolve))
    while (pieces.length > 0) await carryOut(take())
    // in the same turn as the look at the pieces, or one added in between would wait for ever
    draining = undefined
  }

  function take(): Piece[] {
    let weight = 0
    let count = 0
    for (const piece of pieces) {
      weight += piece.weight
      if (count > 0 && weight > eventsTogether) break
      count++
    }
    return pieces.splice(0, count)
  }

  async function carryOut(taken: readonly Piece[]): Promise<void> {
    let items: readonly OutboxItem[]
    try {
      items = await commit(taken)
    } catch (error) {
      const [only] = taken
      if (taken.length === 1) only?.settle(asAppError(error, 'QLY_HANDLER_FAILED'))
      else for (const piece of taken) await carryOut([piece])
      return
    }
    const before = publishing
    publishInOrder(items).then(
      () => settleAll(taken),
      (error: unknown) => settleAll(taken, asAppError(error, 'QLY_BUS_UNAVAILABLE')),
    )
    // the next transaction may run during this publication, but not get further ahead
    await before
  }

  async function commit(taken: readonly Piece[]): Promise<readonly OutboxItem[]> {
    const removable = [...published]
    const items = await room.transaction(async (transaction) => {
      await outbox.remove(transaction, removable)
      await inbox.forgetOld(transaction)
      const stored: OutboxItem[] = []
      for (const { work } of taken) stored.push(...(await outbox.store(transaction, await work(transaction))))
      return stored
    })
    published = published.slice(removable.length)
    for (const id of removable) held.delete(id)
    for (const { id } of items) held.add(id)
    return items
  }

  /** One publication at a time. After one that was given up nothing more is published, or events would overtake it. */
  function publishInOrder(items: readonly OutboxItem[]): Promise<void> {
    const done = publishing.then(async () => {
      if (givenUp) throw givenUp
      await outbox.publish(items, closing.signal)
      published.push(...items.map(({ id }) => id))
      if (items.length > 0) cancelRemoval ??= clock.after(removeDelayMs, removeNow)
    })
    publishing = done.catch((error: unknown) => {
      givenUp ??= asAppError(error, 'QLY_BUS_UNAVAILABLE')
    })
    return done
  }

  function removeNow(): void {
    cancelRemoval = undefined
    if (published.length === 0) return
    add(0, async () => []).catch((error: unknown) => {
      logger.warn({ err: error }, 'published events could not be deleted from the outbox yet')
      cancelRemoval ??= clock.after(removeDelayMs, removeNow)
    })
  }

  async function publishLeftBehind(olderThanMs: number): Promise<void> {
    for (;;) {
      const items = await outbox.leftBehind(olderThanMs, held)
      if (items.length === 0 || closing.signal.aborted) return
      for (const { id } of items) held.add(id)
      await publishInOrder(items)
      logger.info({ events: items.length }, 'events of an earlier run published')
    }
  }

  function planSweep(): void {
    if (closing.signal.aborted) return
    cancelSweep = clock.after(sweepMs, () => {
      sweeping = publishLeftBehind(sweepMs)
        .catch((error: unknown) => logger.warn({ err: error }, 'the outbox could not be looked through'))
        .finally(planSweep)
    })
  }

  return {
    async start() {
      await publishLeftBehind(0)
      planSweep()
    },
    add,
    close: () => closing.abort(),
    async stop() {
      cancelSweep?.()
      cancelRemoval?.()
      await sweeping
      await draining
      await publishing
      if (published.length > 0) {
        await add(0, async () => []).catch((error: unknown) => logger.warn({ err: error }, 'the outbox keeps events'))
      }
    },
  }
}

function settleAll(pieces: readonly Piece[], error?: Error): void {
  for (const piece of pieces) piece.settle(error)
}
