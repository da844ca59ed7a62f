// Test helper: the camera store on a given database, with the embedded bus behind a switch that makes it unreachable.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../contracts/errors.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import type { Database } from '../../kernel/database/database.ts'
import { createEmbeddedEventBus } from '../../kernel/event-bus/embedded/embedded-event-bus.ts'
import type { EventBus, Outgoing } from '../../kernel/event-bus/event-bus.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { createInbox } from '../../kernel/transactional-consumer/inbox.ts'
import { createOutbox } from '../../kernel/transactional-consumer/outbox.ts'
import { createWorkLoop } from '../../kernel/transactional-consumer/work-loop.ts'
import { type CameraStore, createCameraStore } from '../state/camera-store.ts'
import { type VisionTables, visionMigrations } from '../state/vision-tables.ts'

export interface StoreRig {
  readonly store: CameraStore
  /** ids of the events that reached the bus, in order, with repetitions */
  readonly published: string[]
  bus: 'up' | 'down'
  /** Number of publications tried. */
  readonly attempts: number
  /** Lets go as a process does that is asked to stop. */
  stop(): Promise<void>
}

/** Several rigs on one database stand for several workers, or for one before and after a restart. */
export async function createStoreRig(database: Database, published: string[] = []): Promise<StoreRig> {
  const directory = await mkdtemp(join(tmpdir(), 'qly-store-'))
  const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
  const engine = createEmbeddedEventBus(deps, { directory, retentionCheckSeconds: 60 })
  await engine.start()
  let attempts = 0
  let state: StoreRig['bus'] = 'up'
  const bus: EventBus = {
    ...engine,
    async publish(outgoing: readonly Outgoing[]) {
      attempts++
      if (state === 'down') throw new AppError('QLY_BUS_UNAVAILABLE', 'switched off')
      await engine.publish(outgoing)
      published.push(...outgoing.map(({ event }) => event.id))
    },
  }
  const room = await database.room<VisionTables>('vision', visionMigrations)
  const inner = { ...deps, bus, room: room as never }
  const loop = createWorkLoop(inner, createInbox(inner, 'vision'), createOutbox(inner, 'vision'))
  await loop.start()
  const stopping = new AbortController()
  const store = createCameraStore({ ...deps, room, loop, signal: stopping.signal })
  return {
    get bus() {
      return state
    },
    set bus(next) {
      state = next
    },
    store,
    published,
    get attempts() {
      return attempts
    },
    async stop() {
      stopping.abort()
      loop.close()
      await loop.stop()
      await engine.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
