// Ingest: what devices say, through the broker, onto the bus. The broker calls `sink` for every message and acknowledges once it resolves.
import type { Config } from '../contracts/config/config.ts'
import type { DeviceMessageSink, DevicePresenceSink, DevicePublisher } from '../contracts/device-messages.ts'
import { AppError, asAppError } from '../contracts/errors.ts'
import type { RoomDatabase } from '../kernel/database/database.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { createRoutes } from './decoding/topic-routes.ts'
import { createDeviceKnowledge, type KnowledgeTables, knowledgeMigrations } from './device-knowledge.ts'
import { presenceEvents } from './device-presence.ts'
import { createDeviceSink } from './device-sink.ts'
import {
  createDuplicateJournal,
  type DuplicateJournal,
  type DuplicateTables,
  duplicateMigrations,
} from './duplicates/duplicate-journal.ts'
import { createDuplicateWindow } from './duplicates/duplicate-window.ts'
import { createIngestMetrics } from './ingest-metrics.ts'
import { createPublishQueue } from './publish-queue.ts'

export type IngestDeps = Pick<Kernel, 'bus' | 'database' | 'clock' | 'logger' | 'registry'>
export type IngestService = Service & { readonly sink: DeviceMessageSink; readonly presence: DevicePresenceSink }
export interface IngestWiring {
  readonly publish: DevicePublisher
}

/** how often what was learnt of devices is written, and figures are handed on */
const housekeepingMs = 1000

/** `sink` and `presence` reject with a retryable error until `start` has resolved and after `stop`. */
export function createIngestService(deps: IngestDeps, config: Config, wiring: IngestWiring): IngestService {
  const { bus, database, clock, logger, registry } = deps
  const settings = config.ingest
  const bounds = { windowMs: settings.duplicateWindowHours * 3_600_000, maximum: settings.maximumDuplicates }
  const window = createDuplicateWindow(bounds)
  const knowledge = createDeviceKnowledge(config)
  const queue = createPublishQueue(bus)
  const metrics = createIngestMetrics(registry)
  const routes = createRoutes(config.cameras)
  let journal: DuplicateJournal | undefined
  let housekeeping: Promise<void> | undefined
  let open = false
  const ended = new AbortController()

  const take = createDeviceSink(
    {
      clock,
      logger,
      metrics,
      routes,
      knowledge,
      window,
      queue,
      publish: wiring.publish,
      note: (key) => journal?.note(key),
    },
    settings,
  )
  const closed = () => Promise.reject(new AppError('QLY_BUS_UNAVAILABLE', 'ingest does not run'))

  const keepHouse = async (room: RoomDatabase<KnowledgeTables>) => {
    while (!ended.signal.aborted) {
      await clock.sleep(housekeepingMs, ended.signal).catch(() => undefined)
      metrics.settle()
      metrics.waiting(queue.waiting)
      await knowledge.save(room).catch((error: unknown) => {
        logger.warn({ err: asAppError(error) }, 'what was learnt of devices could not be written; trying again')
      })
    }
  }

  return {
    name: 'ingest',
    level: 'drain',
    sink: (message) => (open ? take(message) : closed()),
    async presence(presence) {
      if (!open) return closed()
      if (presence.kind !== undefined) knowledge.learn({ deviceId: presence.deviceId, kind: presence.kind })
      const events = presenceEvents(presence, knowledge)
      const instead = (error: AppError): never => {
        throw error
      }
      await queue.publish({ events, bytes: 0, instead })
    },
    async start(signal) {
      const room = await database.room<DuplicateTables & KnowledgeTables>('ingest', {
        ...duplicateMigrations,
        ...knowledgeMigrations,
      })
      signal.throwIfAborted()
      await knowledge.load(room as unknown as RoomDatabase<KnowledgeTables>)
      journal = createDuplicateJournal(
        { bus, clock, logger, window, room: room as unknown as RoomDatabase<DuplicateTables> },
        bounds,
      )
      await journal.restore(signal)
      journal.start()
      housekeeping = keepHouse(room as unknown as RoomDatabase<KnowledgeTables>)
      open = true
    },
    async stop() {
      open = false
      await queue.drain()
      ended.abort()
      await housekeeping
      await journal?.stop()
      metrics.settle()
    },
    check: () => (open ? bus.check() : closed()),
  }
}
