// Picks the adapter of each port from the configuration.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../contracts/config/config.ts'
import { AppError } from '../contracts/errors.ts'
import type { Clock } from '../kernel/clock/clock.ts'
import type { Database } from '../kernel/database/database.ts'
import { createPostgresDatabase } from '../kernel/database/postgres/postgres-database.ts'
import { createSqliteDatabase } from '../kernel/database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../kernel/event-bus/embedded/embedded-event-bus.ts'
import type { EventBus } from '../kernel/event-bus/event-bus.ts'
import { createKafkaEventBus } from '../kernel/event-bus/kafka/kafka-event-bus.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import type { Logger } from '../kernel/logging/logger.ts'
import type { Registry } from '../kernel/metrics/metrics.ts'
import { createFileObjectStore } from '../kernel/object-store/files/file-object-store.ts'
import type { ObjectStore } from '../kernel/object-store/object-store.ts'
import { createS3ObjectStore } from '../kernel/object-store/s3/s3-object-store.ts'
import { createEmbeddedTimeSeries } from '../kernel/time-series/embedded/embedded-time-series.ts'
import { createInfluxTimeSeries } from '../kernel/time-series/influxdb/influx-time-series.ts'
import type { TimeSeriesStore } from '../kernel/time-series/time-series.ts'

interface EngineDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: Registry
}

/** The kernel with its adapters, and the services that start and stop them. Makes the data directory; QLY_STORAGE_UNAVAILABLE if it cannot. */
export function createEngines(deps: EngineDeps, config: Config): { kernel: Kernel; services: readonly Service[] } {
  makeDirectory(config.dataDir)
  const kernel: Kernel = {
    ...deps,
    bus: eventBus(deps, config),
    database: database(deps, config),
    timeSeries: timeSeries(deps, config),
    objectStore: objectStore(deps, config),
  }
  const services = (['bus', 'database', 'timeSeries', 'objectStore'] as const).map((name): Service => {
    const engine = kernel[name]
    return {
      name,
      level: 'engine',
      start: (signal) => engine.start(signal),
      stop: () => engine.stop(),
      check: () => engine.check(),
    }
  })
  return { kernel, services }
}

function eventBus(deps: EngineDeps, { bus, dataDir }: Config): EventBus {
  if (bus.engine === 'kafka') return createKafkaEventBus(deps, { ...bus.kafka, frameMinutes: bus.frameMinutes })
  const { retentionCheckSeconds, frameMinutes } = bus
  return createEmbeddedEventBus(deps, { directory: path.join(dataDir, 'bus'), retentionCheckSeconds, frameMinutes })
}

function database(deps: EngineDeps, { database: { url, maximumConnections }, dataDir }: Config): Database {
  if (url !== undefined) return createPostgresDatabase(deps, { url, maximumConnections })
  return createSqliteDatabase(deps, { directory: path.join(dataDir, 'database') })
}

function timeSeries(
  deps: EngineDeps,
  { timeSeries: { engine, influx, retentionDays }, dataDir }: Config,
): TimeSeriesStore {
  if (engine === 'influxdb') return createInfluxTimeSeries(deps, { ...influx, retentionDays })
  return createEmbeddedTimeSeries(deps, { directory: path.join(dataDir, 'time-series'), retentionDays })
}

function objectStore(deps: EngineDeps, { objectStore: { engine, s3 }, dataDir }: Config): ObjectStore {
  if (engine === 's3') return createS3ObjectStore(deps, s3)
  return createFileObjectStore(deps, { directory: path.join(dataDir, 'objects') })
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new AppError(
      'QLY_STORAGE_UNAVAILABLE',
      `cannot make the data directory ${directory}: ${(cause as Error).message}`,
      {
        cause,
        retryable: false,
      },
    )
  }
}
