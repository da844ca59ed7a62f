// What is remembered over a restart: from the rows, and from the bus for what came after the last row (kill -9).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createEvent } from '../../contracts/cloud-event.ts'
import { readingRecordedV1 } from '../../contracts/events/reading-recorded-v1.ts'
import { systemClock as clock } from '../../kernel/clock/system-clock.ts'
import type { Database } from '../../kernel/database/database.ts'
import { createSqliteDatabase } from '../../kernel/database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../../kernel/event-bus/embedded/embedded-event-bus.ts'
import type { EventBus } from '../../kernel/event-bus/event-bus.ts'
import { silentLogger as logger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { createDuplicateJournal, type DuplicateTables, duplicateMigrations } from './duplicate-journal.ts'
import { createDuplicateWindow, duplicateKey } from './duplicate-window.ts'

let directory: string
let bus: EventBus
let database: Database
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'qly-journal-'))
  bus = createEmbeddedEventBus(
    { clock, logger, registry: createMetrics() },
    { directory: join(directory, 'bus'), retentionCheckSeconds: 3600 },
  )
  database = createSqliteDatabase({ clock, logger }, { directory: join(directory, 'db') })
  await bus.start()
  await database.start()
})
afterEach(async () => {
  await bus.stop()
  await database.stop()
  await rm(directory, { recursive: true })
})

async function open() {
  const room = await database.room<DuplicateTables>('ingest', duplicateMigrations)
  const bounds = { windowMs: 3_600_000, maximum: 10_000 }
  const window = createDuplicateWindow(bounds)
  const journal = createDuplicateJournal({ bus, room, clock, logger, window }, bounds)
  await journal.restore(new AbortController().signal)
  return { window, journal }
}

it('keys written as rows are known again', async () => {
  const { journal } = await open()
  for (let index = 0; index < 3000; index++) journal.note(duplicateKey(`/ingest/a ${index}`))
  await journal.stop()
  const { window } = await open()
  expect(window.size).toBe(3000)
  expect(window.has(duplicateKey('/ingest/a 2999'))).toBe(true)
  expect(window.has(duplicateKey('/ingest/a 3000'))).toBe(false)
})

it('messages taken after the last row are known again from the bus', async () => {
  const origin = (id: string, source = '/ingest/a') => ({ source, id, time: clock.now() })
  await bus.publish(
    ['x', 'y'].map((id) => ({
      topic: 'qly.reading.v1' as const,
      event: createEvent(readingRecordedV1, origin(id), readingRecordedV1.example),
    })),
  )
  await bus.publish([
    {
      topic: 'qly.reading.v1',
      event: createEvent(readingRecordedV1, origin('z', '/others'), readingRecordedV1.example),
    },
  ])
  const { window } = await open()
  expect(window.has(duplicateKey('/ingest/a x'))).toBe(true)
  expect(window.has(duplicateKey('/ingest/a y'))).toBe(true)
  expect(window.size).toBe(2)
})
