// Everything that a room may be given: the ports with the adapters that app chose, and clock, log and metrics.
// A room asks for the part that it uses: `type AlertsDeps = Pick<Kernel, 'bus' | 'database' | 'clock' | 'logger' | 'registry'>`.
import type { Clock } from './clock/clock.ts'
import type { Database } from './database/database.ts'
import type { EventBus } from './event-bus/event-bus.ts'
import type { Logger } from './logging/logger.ts'
import type { Registry } from './metrics/metrics.ts'
import type { ObjectStore } from './object-store/object-store.ts'
import type { TimeSeriesStore } from './time-series/time-series.ts'

export interface Kernel {
  readonly bus: EventBus
  readonly database: Database
  readonly timeSeries: TimeSeriesStore
  readonly objectStore: ObjectStore
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: Registry
}
