// The embedded bus: the conformance suite, and what only files can suffer.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { topics } from '../../../contracts/topics.ts'
import type { Clock } from '../../clock/clock.ts'
import { createManualClock, type ManualClock } from '../../clock/manual-clock.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { silentLogger } from '../../logging/logger.ts'
import { createMetrics } from '../../metrics/metrics.ts'
import { eventBusConformance } from '../event-bus.conformance.ts'
import { partitionOf } from '../murmur2.ts'
import { createCollector, eventually } from '../test-collector.ts'
import { range, reading } from '../test-readings.ts'
import { createEmbeddedEventBus } from './embedded-event-bus.ts'
import { lockDirectory, logFileOf } from './log-file.ts'

const open = (directory: string, registry = createMetrics(), clock: Clock = systemClock) =>
  createEmbeddedEventBus({ clock, logger: silentLogger, registry }, { directory, retentionCheckSeconds: 60 })

eventBusConformance('The embedded log', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'qly-bus-'))
  return {
    open: (registry) => open(directory, registry),
    close: () => rm(directory, { recursive: true, force: true }),
  }
})

describe('the log of the embedded bus', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'qly-bus-'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  const source = '/test'
  const readAll = async (bus: ReturnType<typeof open>): Promise<number[]> => {
    const got = createCollector(source)
    const tail = await bus.tail({ topics: ['qly.reading.v1'], from: 'earliest' }, (delivery) => got.take([delivery]))
    await eventually(() => tail.lag(), 0)
    await tail.stop()
    return got.numbers()
  }

  /** What is kept once retention has been at work: time goes on, a check at a time, until it is what is expected. */
  const keepsOnly = (bus: ReturnType<typeof open>, clock: ManualClock, expected: number[]) =>
    eventually(async () => {
      await clock.advance(61_000)
      return await readAll(bus)
    }, expected)

  it('in a directory that is in use is QLY_DATA_LOCKED', async () => {
    const lock = lockDirectory(directory)
    await expect(open(directory).start()).rejects.toMatchObject({ code: 'QLY_DATA_LOCKED', retryable: false })
    lock.close()
    const bus = open(directory)
    await bus.start()
    await expect(open(directory).start()).rejects.toMatchObject({ code: 'QLY_DATA_LOCKED' })
    await bus.stop()
    await bus.start()
    await bus.stop()
  })

  it('from a newer version is QLY_DATA_FROM_NEWER_VERSION and is left as it is', async () => {
    const newer = new DatabaseSync(logFileOf(directory))
    newer.exec('PRAGMA user_version = 99; CREATE TABLE tomorrow (x)')
    newer.close()
    await expect(open(directory).start()).rejects.toMatchObject({
      code: 'QLY_DATA_FROM_NEWER_VERSION',
      message: expect.stringContaining('99'),
    })
    const after = new DatabaseSync(logFileOf(directory))
    expect(after.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'tomorrow' }])
    after.close()
  })

  it('that is no log is QLY_STORAGE_CORRUPT, in an impossible place QLY_STORAGE_UNAVAILABLE', async () => {
    await writeFile(logFileOf(directory), 'a shopping list, and not short enough to be empty '.repeat(100))
    await expect(open(directory).start()).rejects.toMatchObject({ code: 'QLY_STORAGE_CORRUPT' })
    await writeFile(join(directory, 'file'), '')
    await expect(open(join(directory, 'file', 'below')).start()).rejects.toMatchObject({
      code: 'QLY_STORAGE_UNAVAILABLE',
    })
  })

  it('forgets by age, counts what a group missed, and never uses an offset twice', async () => {
    const clock = createManualClock('2026-01-01T00:00:00Z')
    const registry = createMetrics()
    const bus = open(directory, registry, clock)
    await bus.start()
    await bus.publish(range(0, 10).map((number) => reading(source, 'a', number)))
    await clock.advance(topics['qly.reading.v1'].retention.milliseconds - 1000)
    await bus.publish(range(10, 15).map((number) => reading(source, 'a', number)))
    expect(await readAll(bus)).toEqual(range(0, 15))
    await keepsOnly(bus, clock, range(10, 15))

    const got = createCollector(source)
    await bus.subscribe({ topics: ['qly.reading.v1'], group: 'late' }, async (batch) => got.take(batch))
    await got.reach(5)
    expect(got.deliveries.map(({ offset }) => Number(offset))).toEqual(range(10, 15))

    await clock.advance(2 * topics['qly.reading.v1'].retention.milliseconds)
    await keepsOnly(bus, clock, [])
    await bus.stop()
    const again = open(directory, createMetrics(), clock)
    await again.start()
    await again.publish([reading(source, 'a', 99)])
    const later = createCollector(source)
    await again.subscribe({ topics: ['qly.reading.v1'], group: 'late' }, async (batch) => later.take(batch))
    await later.reach(1)
    expect(later.deliveries.map(({ offset }) => offset)).toEqual(['15'])
    await again.stop()
  })

  it('says how many events a group missed because they expired', async () => {
    const clock = createManualClock('2026-01-01T00:00:00Z')
    const registry = createMetrics()
    const bus = open(directory, registry, clock)
    await bus.start()
    const gate = Promise.withResolvers<void>()
    const got = createCollector(source)
    const options = { topics: ['qly.reading.v1'] as const, group: 'slow', maximumBatch: 1 }
    await bus.subscribe(options, async (batch) => {
      await gate.promise
      got.take(batch)
    })
    await bus.publish(range(0, 10).map((number) => reading(source, 'a', number)))
    await clock.advance(topics['qly.reading.v1'].retention.milliseconds)
    await keepsOnly(bus, clock, [])
    gate.resolve()
    await bus.publish([reading(source, 'a', 10)])
    await got.reach(2)
    expect(got.numbers()).toEqual([0, 10])
    expect(await registry.metrics()).toContain(
      'qianliyan_bus_expired_unread_total{group="slow",topic="qly.reading.v1"} 9',
    )
    await bus.stop()
  })

  it('finds a time among many events, also after the clock went back', async () => {
    const clock = createManualClock('2026-01-01T00:00:00Z')
    const bus = open(directory, createMetrics(), clock)
    await bus.start()
    for (const hour of range(0, 6)) {
      await bus.publish(range(hour * 10, hour * 10 + 10).map((number) => reading(source, 'a', number)))
      await clock.advance(3_600_000)
    }
    await bus.stop()
    const past = open(directory, createMetrics(), createManualClock('2025-12-31T00:00:00Z'))
    await past.start()
    await past.publish([reading(source, 'a', 60)])
    const got = createCollector(source)
    const time = Date.parse('2026-01-01T03:00:00Z')
    await past.tail({ topics: ['qly.reading.v1'], from: { time } }, (delivery) => got.take([delivery]))
    await got.reach(31)
    expect(got.numbers()).toEqual(range(30, 61))
    await past.stop()
  })

  it('can be read with any SQLite program', async () => {
    const bus = open(directory)
    await bus.start()
    await bus.publish([reading(source, 'river-1', 1)])
    await bus.stop()
    const db = new DatabaseSync(logFileOf(directory), { readOnly: true })
    const topic = db.prepare('SELECT id, partitions FROM topics WHERE name = ?').get('qly.reading.v1')
    const partition = partitionOf('river-1', Number(topic?.partitions))
    const row = db.prepare(`SELECT event FROM log_${topic?.id}_${partition}`).get()
    expect(JSON.parse(String(row?.event))).toEqual(reading(source, 'river-1', 1).event)
    db.close()
  })
})
