// Recorder and InfluxDB adapter against the bare client: the same readings, in turns, every one acknowledged and counted afterwards.
// The bare client in memory has no bus to read and no JSON to parse; fed from the bus it has the recorder's task.
// How to misread this: client, recorder and InfluxDB share the cores here, so a ratio says more than a rate.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../../services/contracts/config/config.ts'
import { systemClock } from '../../../services/kernel/clock/system-clock.ts'
import { createSqliteDatabase } from '../../../services/kernel/database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../../../services/kernel/event-bus/embedded/embedded-event-bus.ts'
import type { EventBus } from '../../../services/kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../../services/kernel/kernel.ts'
import { silentLogger } from '../../../services/kernel/logging/logger.ts'
import { createMetrics } from '../../../services/kernel/metrics/metrics.ts'
import { createInfluxTimeSeries } from '../../../services/kernel/time-series/influxdb/influx-time-series.ts'
import { createTimeseriesService } from '../../../services/timeseries/timeseries-service.ts'
import type { Bench } from '../bench-port.ts'
import { type BenchInflux, createBenchBucket, writeBare } from './influx.ts'
import { asOutgoing, type Reading, readingsOf } from './readings.ts'

const count = 200_000
const rounds = 3

export const bench: Bench = {
  name: 'recorder into InfluxDB',
  needs: ['influx'],
  async run(report) {
    const readings = readingsOf(count, Date.now())
    const ways = {
      bare: writeBareFromMemory,
      adapter: writeThroughAdapter,
      bareFromBus: writeBareFromBus,
      recorder: writeThroughRecorder,
    }
    const best = { bare: 0, adapter: 0, bareFromBus: 0, recorder: 0 }
    for (let round = 0; round < rounds; round++)
      for (const way of ['bare', 'adapter', 'bareFromBus', 'recorder'] as const)
        best[way] = Math.max(best[way], await rateOf(ways[way], readings))

    const { bare, adapter, bareFromBus, recorder } = best
    const unit = 'readings/s'
    report({ what: 'bare InfluxDB client, readings in memory', value: bare, unit })
    report({
      what: 'InfluxDB adapter, readings in memory',
      value: adapter,
      unit,
      against: 'bare client',
      ratio: adapter / bare,
      target: 0.9,
    })
    report({
      what: 'bare client fed from the embedded bus',
      value: bareFromBus,
      unit,
      against: 'bare client',
      ratio: bareFromBus / bare,
    })
    const fed = 'bare client fed from the bus'
    report({
      what: 'recorder, from the embedded bus',
      value: recorder,
      unit,
      against: fed,
      ratio: recorder / bareFromBus,
      target: 0.9,
    })
    report({
      what: 'recorder, from the embedded bus',
      value: recorder,
      unit,
      against: 'bare client, in memory',
      ratio: recorder / bare,
      target: 0.9,
    })
  },
}

/** Readings a second by the way's own clock, which leaves its preparations out; all of them must be stored afterwards. */
async function rateOf(
  way: (influx: BenchInflux, readings: readonly Reading[]) => Promise<number>,
  readings: readonly Reading[],
): Promise<number> {
  const influx = await createBenchBucket()
  try {
    const seconds = await way(influx, readings)
    const stored = await influx.count()
    if (stored !== readings.length) throw new Error(`${stored} of ${readings.length} readings are stored`)
    return readings.length / seconds
  } finally {
    await influx.remove()
  }
}

async function writeBareFromMemory(influx: BenchInflux, readings: readonly Reading[]): Promise<number> {
  const began = performance.now()
  await writeBare(influx, readings)
  return (performance.now() - began) / 1000
}

/** As a recorder hands points over: a batch of each of 12 partitions at a time. */
async function writeThroughAdapter({ config }: BenchInflux, readings: readonly Reading[]): Promise<number> {
  const store = createInfluxTimeSeries({ clock: systemClock, logger: silentLogger, registry: createMetrics() }, config)
  await store.start()
  const began = performance.now()
  let next = 0
  const partition = async () => {
    while (next < readings.length) {
      const batch = readings.slice(next, next + 2000)
      next += 2000
      await store.write(
        batch.map(({ deviceId, time, values }) => ({
          measurement: 'reading',
          tags: { deviceId, kind: 'river' },
          fields: values,
          time,
        })),
      )
    }
  }
  await Promise.all(Array.from({ length: 12 }, partition))
  const seconds = (performance.now() - began) / 1000
  await store.stop()
  return seconds
}

async function writeThroughRecorder(influx: BenchInflux, readings: readonly Reading[]): Promise<number> {
  return fromBus(readings, async ({ directory, deps, bus }) => {
    const database = createSqliteDatabase(deps, { directory: join(directory, 'database') })
    const timeSeries = createInfluxTimeSeries(deps, influx.config)
    await database.start()
    await timeSeries.start()
    const recorder = createTimeseriesService({ ...deps, bus, database, timeSeries }, {} as Config)
    const began = performance.now()
    await recorder.start(new AbortController().signal)
    while ((await recorded(deps.registry)) < readings.length) await new Promise((resolve) => setTimeout(resolve, 5))
    const seconds = (performance.now() - began) / 1000
    for (const each of [recorder, database, timeSeries]) await each.stop()
    return seconds
  })
}

/** What one would write by hand: a consumer of the same topic that gives each batch to the bare client and waits for its acknowledgement. */
async function writeBareFromBus(influx: BenchInflux, readings: readonly Reading[]): Promise<number> {
  return fromBus(readings, async ({ bus }) => {
    const done = Promise.withResolvers<void>()
    let left = readings.length
    const began = performance.now()
    await bus.subscribe({ topics: ['qly.reading.v1'], group: 'bare', maximumBatch: 1000 }, async (batch) => {
      const taken = batch.map(({ event: { data } }) => ({ ...data, time: Date.parse(data.observedAt) }))
      await writeBare(influx, taken)
      left -= batch.length
      if (left === 0) done.resolve()
    })
    await done.promise
    return (performance.now() - began) / 1000
  })
}

interface BenchBus {
  readonly directory: string
  readonly deps: Pick<Kernel, 'clock' | 'logger' | 'registry'>
  readonly bus: EventBus
}

/** A bus that holds the readings; gives the seconds that `consume` says. */
async function fromBus(readings: readonly Reading[], consume: (from: BenchBus) => Promise<number>): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'qly-recorder-bench-'))
  const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
  const bus = createEmbeddedEventBus(deps, { directory: join(directory, 'bus'), retentionCheckSeconds: 3600 })
  try {
    await bus.start()
    for (let from = 0; from < readings.length; from += 5000)
      await bus.publish(readings.slice(from, from + 5000).map(asOutgoing))
    return await consume({ directory, deps, bus })
  } finally {
    await bus.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function recorded(registry: ReturnType<typeof createMetrics>): Promise<number> {
  const metric = await registry.getSingleMetric('qianliyan_recorder_events_total')?.get()
  return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0
}
