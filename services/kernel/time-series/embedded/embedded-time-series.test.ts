// Embedded time series: the conformance suite, and what only a file can suffer: restart, locks, age.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../../clock/manual-clock.ts'
import { silentLogger } from '../../logging/logger.ts'
import { timeSeriesConformance } from '../time-series.conformance.ts'
import type { Point, TimeSeriesStore } from '../time-series.ts'
import { createEmbeddedTimeSeries } from './embedded-time-series.ts'

const noon = Date.parse('2020-06-28T12:00:00.000Z')
const hour = 3_600_000
const day = 24 * hour

const open = (directory: string, clock: ManualClock) =>
  createEmbeddedTimeSeries({ clock, logger: silentLogger }, { directory, retentionDays: 30 })

timeSeriesConformance('the embedded store', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'qly-series-'))
  return {
    store: open(directory, createManualClock(noon)),
    now: noon,
    close: () => rm(directory, { recursive: true, force: true }),
  }
})

describe('the embedded store', () => {
  let directory: string
  let clock: ManualClock
  let store: TimeSeriesStore
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'qly-series-'))
    clock = createManualClock(noon)
    store = open(directory, clock)
    await store.start()
  })
  afterEach(async () => {
    await store.stop()
    await rm(directory, { recursive: true, force: true })
  })
  const level = { measurement: 'reading', field: 'level' }
  const point = (time: number, value: number, deviceId = 'a'): Point => ({
    measurement: 'reading',
    tags: { deviceId },
    fields: { level: value },
    time,
  })
  it('is a map of time to value, however points come: in order, late, twice, in between', async () => {
    const writes = fc.array(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: -1000, max: 1000 })), { maxLength: 700 }),
      { maxLength: 8 },
    )
    let run = 0
    const property = fc.asyncProperty(writes, fc.integer({ min: 0, max: 3000 }), async (batches, from) => {
      const deviceId = `run-${run++}`
      const expected = new Map<number, number>()
      for (const batch of batches) {
        for (const [offset, value] of batch) expected.set(noon - day + offset, value)
        await store.write(batch.map(([offset, value]) => point(noon - day + offset, value, deviceId)))
      }
      const selector = { ...level, tags: { deviceId } }
      const range = { from: noon - day + from, to: noon - day + 2500 }
      const inRange = [...expected].filter(([time]) => time >= range.from && time < range.to).sort(([a], [b]) => a - b)
      const [series] = await store.range(selector, range)
      expect((series?.samples ?? []).map(({ time, value }) => [time, value])).toEqual(inRange)
      const counted = await store.windows(selector, range, 100, 'count')
      const total = (counted[0]?.samples ?? []).reduce((sum, sample) => sum + sample.value, 0)
      expect(total).toBe(inRange.length)
    })
    await fc.assert(property, { numRuns: 40 })
  })

  it('keeps everything over a restart', async () => {
    const times = Array.from({ length: 1000 }, (_, index) => noon - day + index * 1000)
    await store.write(times.map((time) => point(time, time)))
    await store.stop()
    store = open(directory, clock)
    await store.start()
    const [series] = await store.range(level, { from: noon - day, to: noon })
    expect(series?.samples.map((sample) => sample.time)).toEqual(times)
  })

  it('forgets what has become older than the retention, and gives its space to what comes', async () => {
    const times = Array.from({ length: 5000 }, (_, index) => noon - day + index * 1000)
    await store.write([...times.map((time) => point(time, 1, 'old')), point(noon, 1, 'new')])
    await clock.advance(30 * day - hour / 2)
    const left = await store.range(level, { from: 0, to: noon + 40 * day })
    expect(left.map((series) => series.tags.deviceId)).toEqual(['new'])
    await store.stop()
    const file = new DatabaseSync(join(directory, 'series.sqlite'))
    expect(file.prepare('select count(*) as chunks from chunk').get()).toEqual({ chunks: 1 })
    expect(file.prepare('select tags from series').all()).toEqual([{ tags: '[["deviceId","new"]]' }])
    file.close()
  })

  it('that another process holds is QLY_DATA_LOCKED', async () => {
    await expect(open(directory, clock).start()).rejects.toMatchObject({ code: 'QLY_DATA_LOCKED' })
  })

  it('of a newer format, or no database at all, says so', async () => {
    await store.stop()
    const file = new DatabaseSync(join(directory, 'series.sqlite'))
    file.exec('pragma user_version = 99')
    file.close()
    await expect(open(directory, clock).start()).rejects.toMatchObject({ code: 'QLY_DATA_FROM_NEWER_VERSION' })
    await writeFile(join(directory, 'series.sqlite'), 'no database '.repeat(1000))
    await expect(open(directory, clock).start()).rejects.toMatchObject({ code: 'QLY_STORAGE_CORRUPT' })
  })

  it('lets other work have its turn while it reads a lot', async () => {
    const times = Array.from({ length: 8000 }, (_, index) => noon - day + index * 1000)
    for (let device = 0; device < 20; device++) await store.write(times.map((time) => point(time, 1, `d${device}`)))
    let turns = 0
    let reading = true
    const other = (async () => {
      while (reading) {
        await new Promise((resolve) => setImmediate(resolve))
        turns++
      }
    })()
    const answer = await store.windows(level, { from: noon - day, to: noon }, hour, 'mean', [])
    reading = false
    await other
    expect(answer[0]?.samples).toHaveLength(3)
    expect(turns).toBeGreaterThan(0)
  })
})
