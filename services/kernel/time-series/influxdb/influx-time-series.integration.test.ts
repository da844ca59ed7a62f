// InfluxDB: the conformance suite on the real server, then outages, refusals and limits through a proxy of the test's own.
import { randomUUID } from 'node:crypto'
import { InfluxDB } from '@influxdata/influxdb-client'
import { afterEach, describe, expect, it } from 'vitest'
import type { TimeSeriesConfig } from '../../../contracts/config/engines.ts'
import { createManualClock } from '../../clock/manual-clock.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { silentLogger } from '../../logging/logger.ts'
import { createMetrics } from '../../metrics/metrics.ts'
import { timeSeriesConformance } from '../time-series.conformance.ts'
import type { Point } from '../time-series.ts'
import { createFaultyProxy } from './faulty-proxy.ts'
import { createInfluxTimeSeries } from './influx-time-series.ts'

const given = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: \`npm run servers -- up\` starts InfluxDB and says how`)
  return value
}
const url = given('QLY_TEST_INFLUX_URL')
const token = given('QLY_TEST_INFLUX_TOKEN')
const org = given('QLY_TEST_INFLUX_ORG')
const hour = 3_600_000
const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

const configFor = (bucket: string, more: Partial<TimeSeriesConfig['influx']> = {}) => ({
  url,
  token,
  org,
  bucket,
  batchSize: 5000,
  retryBufferPoints: 100_000,
  retentionDays: 30,
  ...more,
})
const deps = () => ({ clock: systemClock, logger: silentLogger, registry: createMetrics() })
const admin = new InfluxDB({ url, token }).transport
const buckets = async (name: string): Promise<{ id: string; retentionRules: unknown[] }[]> =>
  (await admin.request(`/api/v2/buckets?org=${org}&name=${name}`, '', { method: 'GET' }).catch(() => ({}))).buckets ??
  []
const deleteBucket = async (name: string) => {
  for (const { id } of await buckets(name)) await admin.request(`/api/v2/buckets/${id}`, '', { method: 'DELETE' })
}
const freshBucket = () => {
  const name = `test-${randomUUID()}`
  cleanUp.push(() => deleteBucket(name))
  return name
}

timeSeriesConformance('InfluxDB', async () => {
  const now = Math.floor(Date.now() / hour) * hour
  const bucket = `test-${randomUUID()}`
  const clock = { ...systemClock, now: () => now }
  return {
    store: createInfluxTimeSeries({ ...deps(), clock }, configFor(bucket)),
    now,
    close: () => deleteBucket(bucket),
  }
})

const level = { measurement: 'reading', field: 'level' }
const points = (count: number, from = Date.now() - hour): Point[] =>
  Array.from({ length: count }, (_, index) => ({
    measurement: 'reading',
    tags: { deviceId: `d${index % 10}` },
    fields: { level: index },
    time: from + index,
  }))
const countAll = async (store: ReturnType<typeof createInfluxTimeSeries>) => {
  const series = await store.windows(level, { from: 0, to: Date.now() + hour }, 24 * hour, 'count', [])
  return series.flatMap((each) => each.samples).reduce((sum, sample) => sum + sample.value, 0)
}
const started = async (config: ReturnType<typeof configFor>, more: Partial<ReturnType<typeof deps>> = {}) => {
  const store = createInfluxTimeSeries({ ...deps(), ...more }, config)
  cleanUp.push(() => store.stop())
  await store.start()
  return store
}
const proxied = async () => {
  const proxy = await createFaultyProxy(url)
  cleanUp.push(() => proxy.close())
  return proxy
}
const unavailable = { code: 'QLY_STORAGE_UNAVAILABLE', retryable: true }

describe('the bucket', () => {
  it('is created with its retention, and left as it is by a program that is set otherwise', async () => {
    const bucket = freshBucket()
    await started(configFor(bucket))
    expect((await buckets(bucket))[0]?.retentionRules).toMatchObject([{ type: 'expire', everySeconds: 30 * 86_400 }])
    await started({ ...configFor(bucket), retentionDays: 7 })
    expect((await buckets(bucket))[0]?.retentionRules).toMatchObject([{ everySeconds: 30 * 86_400 }])
  })

  it('that somebody deletes while we run is made again', async () => {
    const bucket = freshBucket()
    const store = await started(configFor(bucket))
    await deleteBucket(bucket)
    await store.write(points(10))
    expect(await countAll(store)).toBe(10)
  })

  it('cannot be had with a wrong token, which is said at once and for good', async () => {
    const store = createInfluxTimeSeries(deps(), configFor('any', { token: 'wrong' }))
    await expect(store.start()).rejects.toMatchObject({
      code: 'QLY_STORAGE_UNAVAILABLE',
      retryable: false,
      message: expect.stringContaining('timeSeries.influx.token'),
    })
  })

  it('of a server that is not there is worth another try', async () => {
    await expect(
      createInfluxTimeSeries(deps(), configFor('any', { url: 'http://127.0.0.1:1' })).start(),
    ).rejects.toMatchObject(unavailable)
  })
})

describe('writing to InfluxDB', () => {
  it('sends gzipped batches of the set size, and resolves only when the last of them is acknowledged', async () => {
    const proxy = await proxied()
    const store = await started(configFor(freshBucket(), { url: proxy.url, batchSize: 100 }))
    let settled = false
    proxy.holdWrites()
    const writing = store.write(points(250)).then(() => {
      settled = true
    })
    await expect.poll(() => proxy.writes.length).toBe(3)
    proxy.release(2)
    await expect.poll(() => proxy.answered).toBe(2)
    expect(settled).toBe(false)
    proxy.release()
    await writing
    expect(proxy.writes.map((write) => write.lines).sort()).toEqual([100, 100, 50])
    expect(proxy.writes.every((write) => write.gzipped)).toBe(true)
    expect(await countAll(store)).toBe(250)
  })

  it('gets over a short outage by itself', async () => {
    const proxy = await proxied()
    const clock = createManualClock(Date.now())
    const store = await started(configFor(freshBucket(), { url: proxy.url }), { clock })
    proxy.failWrites('cut')
    const writing = store.write(points(10))
    await expect.poll(() => clock.pending).toBe(1)
    proxy.failWrites(503)
    await clock.advance(250)
    await expect.poll(() => clock.pending).toBe(1)
    proxy.failWrites(undefined)
    await clock.advance(1000)
    await writing
    expect(await countAll(store)).toBe(10)
  })

  it('during a long outage rejects retryably, holds no more than its buffer, and loses nothing that callers try again', async () => {
    const proxy = await proxied()
    const clock = createManualClock(Date.now())
    const registry = createMetrics()
    const store = await started(configFor(freshBucket(), { url: proxy.url, retryBufferPoints: 1000 }), {
      clock,
      registry,
    })
    proxy.failWrites('cut')
    const batches = Array.from({ length: 5 }, (_, index) => points(400, Date.now() - hour + index * 1000))
    const outcomes = Promise.allSettled(batches.map((batch) => store.write(batch)))
    let settled = false
    void outcomes.then(() => {
      settled = true
    })
    while (!settled) await clock.advance(1000)
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: unavailable })
    expect(await registry.metrics()).toContain('qianliyan_timeseries_points_refused_total{reason="buffer_full"} 1200')
    proxy.failWrites(undefined)
    for (const batch of batches) await store.write(batch)
    expect(await countAll(store)).toBe(2000)
  })

  it('that the server refuses for good is not tried again, and fails only its own caller', async () => {
    const bucket = freshBucket()
    const store = await started(configFor(bucket))
    const other = new InfluxDB({ url, token }).getWriteApi(org, bucket, 'ms')
    other.writeRecord(`clash level="text" ${Date.now()}`)
    await other.close()
    const clash: Point = { measurement: 'clash', tags: {}, fields: { level: 1 }, time: Date.now() }
    const outcomes = await Promise.allSettled([
      store.write(points(10)),
      store.write([clash]),
      store.write(points(10, Date.now() - 2 * hour)),
    ])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { code: 'QLY_INPUT_INVALID', retryable: false } })
    expect(await countAll(store)).toBe(20)
  })

  it('ends soon when the store is stopped in an outage', async () => {
    const proxy = await proxied()
    const clock = createManualClock(Date.now())
    const store = await started(configFor(freshBucket(), { url: proxy.url }), { clock })
    proxy.failWrites('cut')
    const writing = expect(store.write(points(10))).rejects.toMatchObject(unavailable)
    await expect.poll(() => clock.pending).toBe(1)
    await store.stop()
    await writing
  })
})
