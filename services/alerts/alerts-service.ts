// The alerts room: consumes findings, devices, tickets and commands in one transactional consumer, and fires its timers through the same.
import { alertKinds } from '../contracts/alert-kinds.ts'
import type { Config } from '../contracts/config/config.ts'
import { asAppError } from '../contracts/errors.ts'
import type { Clock } from '../kernel/clock/clock.ts'
import type { RoomDatabase } from '../kernel/database/database.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import {
  createTransactionalConsumer,
  inboxOutboxMigrations,
  type TransactionalConsumer,
} from '../kernel/transactional-consumer/transactional-consumer.ts'
import { type AlertMetrics, createAlertMetrics } from './alert-metrics.ts'
import { fireDueTimers } from './desk/fire-due.ts'
import { forgetTimer } from './desk/fire-timer.ts'
import { handleDelivery, type Topic, topics, wants } from './desk/handle-delivery.ts'
import { registerConfigured } from './desk/handle-device.ts'
import { placesOf } from './desk/places.ts'
import { beginWork, type Desk } from './desk/work.ts'
import { type AlertTables, alertMigrations, stillOpen } from './store/alert-tables.ts'
import { setTimer } from './store/timer-store.ts'
import { createTimerLoop, type TimerLoop } from './timer-loop.ts'

export type AlertsDeps = Pick<Kernel, 'bus' | 'database' | 'clock' | 'logger' | 'registry'>

/** How long timers wait at most for events that are older than our start. */
const catchUpMs = 15_000

/** Starts nothing until `start`. Several processes may run it on one PostgreSQL; SQLite takes one. */
export function createAlertsService(deps: AlertsDeps, config: Config): Service {
  const { bus, database, clock, logger, registry } = deps
  const metrics = createAlertMetrics(registry)
  let consumer: TransactionalConsumer<AlertTables> | undefined
  let loop: TimerLoop | undefined

  return {
    name: 'alerts',
    level: 'drain',
    async start(signal) {
      const room = await database.room<AlertTables>('alerts', { ...inboxOutboxMigrations, ...alertMigrations })
      signal.throwIfAborted()
      const desk: Desk = {
        config: config.alerts,
        places: placesOf(config.cameras, config.devices),
        metrics,
        logger,
        onTimer: (dueAt) => loop?.noticeTimer(dueAt),
      }
      const started = createTransactionalConsumer<AlertTables, Topic>(
        { bus, room, clock, logger, registry },
        {
          name: 'alerts',
          topics,
          wants,
          handle: async (delivery, db) => {
            const work = beginWork(desk, db, clock.now(), delivery.event.traceparent)
            await handleDelivery(work, delivery)
            const seconds = Math.max(0, clock.now() - delivery.storedAt) / 1000
            metrics.decisionSeconds.observe({ input: delivery.topic }, seconds)
            return work.outgoing
          },
        },
      )
      loop = createTimerLoop(
        { clock, logger },
        {
          fireDue: () => fireDueTimers({ room, consumer: started, clock, desk }),
          caughtUp: (stopping) => caughtUp(started, clock, stopping),
          lookEveryMs: room.engine === 'sqlite' ? 5000 : 1000,
        },
      )
      consumer = started
      await started.start(signal)
      await started.run(async (db) => {
        const work = beginWork(desk, db, clock.now())
        await registerConfigured(work)
        await setTimer(db, forgetTimer.owner, forgetTimer.ownerId, forgetTimer.name, work.now + 60_000)
        return work.outgoing
      })
      loop.start()
      showOpenAlerts(metrics, room)
    },
    async stop() {
      // The loop may be waiting for the consumer, whose waiting for an engine that does not answer ends with its stop.
      const loopStopped = loop?.stop()
      await consumer?.stop()
      await loopStopped
      Object.assign(metrics.open, { collect: undefined })
    },
    async check() {
      await bus.check()
      await database.check()
    },
  }
}

/** Waits until this member has handled what was on the bus: a condition that came back while we were down must not be cleared first. */
async function caughtUp(
  consumer: TransactionalConsumer<AlertTables>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const end = clock.monotonic() + catchUpMs
  while (!signal.aborted && clock.monotonic() < end) {
    const lag = await consumer.lag().catch((error: unknown) => {
      asAppError(error)
      return 1
    })
    if (lag === 0) return
    await clock.sleep(50, signal).catch(() => {})
  }
}

/** The gauge of open alerts asks the database when it is read. */
function showOpenAlerts(metrics: AlertMetrics, room: RoomDatabase<AlertTables>): void {
  const collect = async () => {
    const rows = await room.db
      .selectFrom('alert')
      .select((field) => ['kind', field.fn.countAll<number>().as('count')])
      .where('closed_at', '=', stillOpen)
      .groupBy('kind')
      .execute()
      .catch(() => null)
    if (rows)
      for (const kind of alertKinds) metrics.open.set({ kind }, rows.find((row) => row.kind === kind)?.count ?? 0)
  }
  Object.assign(metrics.open, { collect })
}
