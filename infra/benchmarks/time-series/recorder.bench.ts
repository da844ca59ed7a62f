// Recorder and InfluxDB adapter against the bare client: the same readings, in turns, every one acknowledged and counted afterwards.
// How to misread this: client, recorder and InfluxDB share the cores here, so a ratio says more than a rate.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../../services/contracts/config/config.ts'
import { systemClock } from '../../../services/kernel/clock/system-clock.ts'
import { createSqliteDatabase } from '../../../services/kernel/database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../../../services/kernel/event-bus/embedded/embedded-event-bus.ts'
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
    const bare = async (influx: BenchInflux) => {
      await writeBare(influx, readings)
      return undefined
    }
    const ways = { bare, adapter: writeThroughAdapter, recorder: writeThroughRecorder }
    const best = { bare: 0, adapter: 0, recorder: 0 }
    for (let round = 0; round < rounds; round++)
      for (const way of ['bare', 'adapter', 'recorder'] as const)
        best[way] = Math.max(best[way], await rateOf(ways[way], readings))

    const unit = 'readings/s'
    const against = 'bare client'
    report({ what: 'bare InfluxDB client', value: best.bare, unit })
    report({
      what: 'InfluxDB adapter',
      value: best.adapter,
      unit,
      against,
      ratio: best.adapter / best.bare,
      target: 0.9,
    })
    report({
      what: 'recorder, from the embedded bus',
      value: best.recorder,
      unit,
      against,
      ratio: best.recorder / best.bare,
      target: 0.9,
    })
  },
}

/** Readings a second, the clock stopping when the last is acknowledged; a way may give its own seconds, without its preparations. */
async function rateOf(
  way: (influx: BenchInflux, readings: readonly Reading[]) => Promise<number | undefined>,
  readings: readonly Reading[],
): Promise<number> {
  const influx = await createBenchBucket()
  try {
    const began = performance.now()
    const own = await way(influx, readings)
    const seconds = own ?? (performance.now() - began) / 1000
    const stored = await influx.count()
    if (stored !== readings.length) throw new Error(`${stored} of ${readings.length} readings are stored`)
    return readings.length / seconds
  } finally {
    await influx.remove()
  }
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

async function writeThroughRecorder({ config }: BenchInflux, readings: readonly Reading[]): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'qly-recorder-bench-'))
  const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
  const bus = createEmbeddedEventBus(deps, { directory: join(directory, 'bus'), retentionCheckSeconds: 3600 })
  const database = createSqliteDatabase(deps, { directory: join(directory, 'database') })
  const timeSeries = createInfluxTimeSeries(deps, config)
  const engines = [bus, database, timeSeries]
  try {
    for (const engine of engines) await engine.start()
    for (let from = 0; from < readings.length; from += 5000)
      await bus.publish(readings.slice(from, from + 5000).map(asOutgoing))
    const recorder = createTimeseriesService({ ...deps, bus, database, timeSeries }, {} as Config)
    const began = performance.now()
    await recorder.start(new AbortController().signal)
    while ((await recorded(deps.registry)) < readings.length) await new Promise((resolve) => setTimeout(resolve, 5))
    const seconds = (performance.now() - began) / 1000
    await recorder.stop()
    return seconds
  } finally {
    for (const engine of engines) await engine.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function recorded(registry: ReturnType<typeof createMetrics>): Promise<number> {
  const metric = await registry.getSingleMetric('qianliyan_recorder_events_total')?.get()
  return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0
}
