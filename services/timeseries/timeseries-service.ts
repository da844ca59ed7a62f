// The recorder: consumes what is worth recording and writes it to the time series before its offsets are committed.
import type { Config } from '../contracts/config/config.ts'
import type { Subscription } from '../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { counter, histogram } from '../kernel/metrics/metrics.ts'
import { createMinuteStore } from './minutes/minute-store.ts'
import { createGaugeLoop, type GaugeLoop } from './open/gauge-loop.ts'
import { type OpenItemTables, openItemMigrations } from './open/open-items.ts'
import { recordBatch, recordedTopics } from './record-batch.ts'

export type TimeseriesDeps = Pick<Kernel, 'bus' | 'timeSeries' | 'database' | 'clock' | 'logger' | 'registry'>

/** Twelve partitions with this many events each keep InfluxDB busy with full batches. */
const maximumBatch = 2500

/** Several recorders may share the work; on SQLite there can be only one. While the store is down the bus keeps what comes, and nothing is lost. */
export function createTimeseriesService(deps: TimeseriesDeps, _config: Config): Service {
  const { bus, timeSeries, database, clock, registry } = deps
  const { logger } = deps
  const events = counter(registry, 'qianliyan_recorder_events_total', 'Events recorded.', ['topic'])
  const points = counter(
    registry,
    'qianliyan_recorder_points_total',
    'Points written, rows by the minute each time they grow.',
  )
  const seconds = histogram(registry, 'qianliyan_recorder_batch_seconds', 'Time to record one batch, acknowledged.')
  let subscription: Subscription | undefined
  let gauges: GaugeLoop | undefined

  return {
    name: 'timeseries',
    level: 'sink',
    async start(signal) {
      const room = await database.room<OpenItemTables>('recorder', openItemMigrations)
      signal.throwIfAborted()
      const state = { timeSeries, minutes: createMinuteStore(timeSeries), room }
      subscription = await bus.subscribe({ topics: recordedTopics, group: 'timeseries', maximumBatch }, (batch) => {
        const began = clock.monotonic()
        const topic = batch[0]?.topic // a batch is of one partition
        const count = batch.length
        return recordBatch(state, batch).then((written) => {
          points.inc(written)
          if (topic) events.inc({ topic }, count)
          seconds.observe((clock.monotonic() - began) / 1000)
        })
      })
      gauges = createGaugeLoop({ clock, logger, timeSeries }, room)
    },
    async stop() {
      const [consuming, telling] = [subscription, gauges]
      subscription = undefined
      gauges = undefined
      await consuming?.stop()
      await telling?.stop()
    },
    check: () => timeSeries.check(),
  }
}
