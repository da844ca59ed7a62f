// For tests: a room that counts readings by device and says each as a command's answer, on the embedded bus and SQLite.
import { join } from 'node:path'
import type { Migration } from 'kysely'
import { createEvent } from '../../contracts/cloud-event.ts'
import { commandAnsweredV1 } from '../../contracts/events/command-issued-v1.ts'
import { readingRecordedV1 } from '../../contracts/events/reading-recorded-v1.ts'
import { systemClock } from '../clock/system-clock.ts'
import { createSqliteDatabase } from '../database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../event-bus/embedded/embedded-event-bus.ts'
import type { EventBus, Outgoing } from '../event-bus/event-bus.ts'
import { silentLogger } from '../logging/logger.ts'
import { createMetrics } from '../metrics/metrics.ts'
import {
  createTransactionalConsumer,
  type InboxOutboxTables,
  inboxOutboxMigrations,
  type TransactionalConsumerOptions,
} from './transactional-consumer.ts'

export interface TestTables extends InboxOutboxTables {
  seen: { device: string; count: number }
}

const migrations: Readonly<Record<string, Migration>> = {
  ...inboxOutboxMigrations,
  '0001-seen': {
    async up(db) {
      await db.schema
        .createTable('seen')
        .addColumn('device', 'text', (column) => column.primaryKey())
        .addColumn('count', 'integer', (column) => column.notNull())
        .execute()
    },
  },
}

export const reading = (device: string, id: string): Outgoing => ({
  topic: 'qly.reading.v1',
  event: createEvent(
    readingRecordedV1,
    { source: `/ingest/${device}`, id, time: 0 },
    { ...readingRecordedV1.example, deviceId: device },
  ),
})

export const answer = (id: string): Outgoing => ({
  topic: 'qly.answer.v1',
  event: createEvent(
    commandAnsweredV1,
    { source: '/test-room', id, time: 0 },
    { ...commandAnsweredV1.example, commandId: id },
  ),
})

export type TestOptions = TransactionalConsumerOptions<TestTables, 'qly.reading.v1'>

/** Counts the reading and answers with an event whose id comes from the reading's. */
export const countReading: TestOptions['handle'] = async ({ event }, transaction) => {
  await transaction
    .insertInto('seen')
    .values({ device: event.data.deviceId, count: 1 })
    .onConflict((conflict) => conflict.column('device').doUpdateSet((row) => ({ count: row('seen.count', '+', 1) })))
    .execute()
  return [answer(`counted-${event.id}`)]
}

/** Opens the bus and the room in a directory; `alterBus` may put faults between the consumer and the bus. */
export async function openTestRoom(
  directory: string,
  options: { handle?: TestOptions['handle']; alterBus?: (bus: EventBus) => EventBus } = {},
) {
  const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
  const bus = createEmbeddedEventBus(deps, { directory: join(directory, 'bus'), retentionCheckSeconds: 60 })
  const database = createSqliteDatabase(deps, { directory: join(directory, 'db') })
  await bus.start()
  await database.start()
  const stored = await database.room<TestTables>('test', migrations)
  let transactions = 0
  const room: typeof stored = {
    ...stored,
    transaction(work) {
      transactions++
      return stored.transaction(work)
    },
  }
  const consumer = createTransactionalConsumer<TestTables, 'qly.reading.v1'>(
    { ...deps, bus: options.alterBus?.(bus) ?? bus, room },
    { name: 'test-room', topics: ['qly.reading.v1'], handle: options.handle ?? countReading },
  )
  return {
    bus,
    room,
    consumer,
    registry: deps.registry,
    transactions: () => transactions,
    /** how often each device was counted */
    async counts(): Promise<Record<string, number>> {
      const rows = await stored.db.selectFrom('seen').selectAll().execute()
      return Object.fromEntries(rows.map(({ device, count }) => [device, count]))
    },
    /** waits until the condition holds */
    async until(condition: () => boolean | Promise<boolean>): Promise<void> {
      while (!(await condition())) await systemClock.sleep(2)
    },
    /** ids of everything published on a topic so far, in order of storing */
    async published(topic: 'qly.answer.v1' | 'qly.dead-letter.v1'): Promise<string[]> {
      const ids: string[] = []
      const tail = await bus.tail({ topics: [topic], from: 'earliest' }, ({ event }) => void ids.push(event.id))
      while ((await tail.lag()) > 0) await systemClock.sleep(2)
      await tail.stop()
      return ids
    },
    async stop(): Promise<void> {
      await consumer.stop()
      await bus.stop()
      await database.stop()
    },
  }
}
