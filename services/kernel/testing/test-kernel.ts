// A whole kernel on the embedded adapters in a temporary folder, for the tests of rooms. The adapters are the product's own.
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Clock } from '../clock/clock.ts'
import { systemClock } from '../clock/system-clock.ts'
import { createSqliteDatabase } from '../database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../event-bus/embedded/embedded-event-bus.ts'
import type { Kernel } from '../kernel.ts'
import { silentLogger } from '../logging/logger.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { createFileObjectStore } from '../object-store/files/file-object-store.ts'
import { createEmbeddedTimeSeries } from '../time-series/embedded/embedded-time-series.ts'

export interface TestKernel extends Kernel {
  readonly directory: string
  /** stops the engines and, unless another kernel is to be started on the same folder, removes it */
  stop(options?: { keep: boolean }): Promise<void>
}

export async function startTestKernel(options: { clock?: Clock; directory?: string } = {}): Promise<TestKernel> {
  const directory = options.directory ?? (await mkdtemp(path.join(os.tmpdir(), 'qly-kernel-')))
  const deps = { clock: options.clock ?? systemClock, logger: silentLogger, registry: createMetrics() }
  const at = (name: string) => ({ directory: path.join(directory, name) })
  const bus = createEmbeddedEventBus(deps, { ...at('bus'), retentionCheckSeconds: 60 })
  const database = createSqliteDatabase(deps, at('database'))
  const timeSeries = createEmbeddedTimeSeries(deps, { ...at('time-series'), retentionDays: 30 })
  const objectStore = createFileObjectStore(deps, at('objects'))
  const engines = [bus, database, timeSeries, objectStore]
  for (const engine of engines) await engine.start()
  return {
    ...deps,
    bus,
    database,
    timeSeries,
    objectStore,
    directory,
    async stop({ keep } = { keep: false }) {
      for (const engine of engines) await engine.stop()
      if (!keep) await rm(directory, { recursive: true, force: true })
    },
  }
}
