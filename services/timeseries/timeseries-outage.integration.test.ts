// The recorder on the real InfluxDB through an outage under load: the bus keeps what comes, the backlog drains, every figure is right.
import { randomUUID } from 'node:crypto'
import { InfluxDB } from '@influxdata/influxdb-client'
import { afterEach, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import type { Config } from '../contracts/config/config.ts'
import { frameAnalysedV1 } from '../contracts/events/frame-analysed-v1.ts'
import { readingRecordedV1 } from '../contracts/events/reading-recorded-v1.ts'
import { createManualClock } from '../kernel/clock/manual-clock.ts'
import type { Outgoing } from '../kernel/event-bus/event-bus.ts'
import { startTestKernel } from '../kernel/testing/test-kernel.ts'
import { createFaultyProxy } from '../kernel/time-series/influxdb/faulty-proxy.ts'
import { createInfluxTimeSeries } from '../kernel/time-series/influxdb/influx-time-series.ts'
import { createTimeseriesService } from './timeseries-service.ts'

const given = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: \`npm run servers -- up\` starts InfluxDB and says how`)
  return value
}
const cleanUp: (() => Promise<unknown>)[] = []
const deleteBucket = async (name: string) => {
  const server = new InfluxDB({ url: given('QLY_TEST_INFLUX_URL'), token: given('QLY_TEST_INFLUX_TOKEN') }).transport
  const found = await server.request(`/api/v2/buckets?name=${name}`, '', { method: 'GET' })
  for (const { id } of found.buckets) await server.request(`/api/v2/buckets/${id}`, '', { method: 'DELETE' })
}
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

it('loses and doubles nothing over 60 s without InfluxDB', async () => {
  const begin = Date.now()
  const clock = createManualClock(begin)
  const proxy = await createFaultyProxy(given('QLY_TEST_INFLUX_URL'))
  cleanUp.push(() => proxy.close())
  const kernel = await startTestKernel({ clock })
  cleanUp.push(() => kernel.stop())
  const bucket = `test-${randomUUID()}`
  cleanUp.push(() => deleteBucket(bucket))
  const timeSeries = createInfluxTimeSeries(kernel, {
    url: proxy.url,
    token: given('QLY_TEST_INFLUX_TOKEN'),
    org: given('QLY_TEST_INFLUX_ORG'),
    bucket,
    batchSize: 5000,
    retryBufferPoints: 5000,
    retentionDays: 1,
  })
  await timeSeries.start()
  cleanUp.push(() => timeSeries.stop())
  const recorder = createTimeseriesService({ ...kernel, timeSeries }, {} as Config)
  await recorder.start(new AbortController().signal)
  cleanUp.push(() => recorder.stop())

  let published = 0
  const publish = async (count: number) => {
    const outgoing = Array.from({ length: count }, (_, index) => eventOf(published + index, begin))
    await kernel.bus.publish(outgoing)
    published += count
  }
  await publish(1000)
  proxy.failWrites('cut')
  for (let second = 0; second < 60; second += 5) {
    await publish(200)
    await clock.advance(5000)
  }
  proxy.failWrites(undefined)
  await publish(200)

  const sum = async (measurement: string, field: string) => {
    const range = { from: begin - 3_600_000, to: begin + 3_600_000 }
    const series = await timeSeries.windows({ measurement, field }, range, 86_400_000, 'sum', [])
    return series.flatMap((each) => each.samples).reduce((total, sample) => total + sample.value, 0)
  }
  await expect
    .poll(
      async () => {
        await clock.advance(5000) // back-off passes
        return [await sum('reading', 'one'), await sum('frame', 'frames'), await sum('detection', 'objects')]
      },
      { timeout: 60_000 },
    )
    .toEqual([published / 2, published / 2, published / 2])
})

/** Readings and frames by turns, each of one of ten sources. */
function eventOf(index: number, begin: number): Outgoing {
  const source = Math.floor(index / 2) % 10
  const time = begin - 60_000 + index
  const at = new Date(time).toISOString()
  if (index % 2 === 0) {
    const data = {
      deviceId: `river-${source}`,
      kind: 'river' as const,
      observedAt: at,
      receivedAt: at,
      values: { one: 1 },
    }
    return { topic: 'qly.reading.v1', event: createEvent(readingRecordedV1, { source: '/test', time }, data) }
  }
  const data = { ...frameAnalysedV1.example, cameraId: `cam-${source}`, capturedAt: at }
  return { topic: 'qly.detection.v1', event: createEvent(frameAnalysedV1, { source: '/test', time }, data) }
}
