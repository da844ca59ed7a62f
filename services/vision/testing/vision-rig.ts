// Test helper: the vision room on the embedded engines in a temporary folder, with everything it publishes recorded in order.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { eventIdentity } from '../../contracts/cloud-event.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { Config } from '../../contracts/config/config.ts'
import { AppError } from '../../contracts/errors.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { TopicEvent } from '../../contracts/topics.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { createSqliteDatabase } from '../../kernel/database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../../kernel/event-bus/embedded/embedded-event-bus.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { createFileObjectStore } from '../../kernel/object-store/files/file-object-store.ts'
import type { OpenLane } from '../inference/inference-lane.ts'
import { createVisionService } from '../vision-service.ts'
import { type ClipOptions, clipFrames } from './clip-frames.ts'

export interface VisionRig {
  readonly directory: string
  readonly vision: ReturnType<typeof createVisionService>
  readonly objectStore: ReturnType<typeof createFileObjectStore>
  readonly registry: ReturnType<typeof createMetrics>
  /** Plays a clip through a camera, as media would. `until` (seconds from its start) cuts it short. */
  play(camera: CameraConfig, clip: ClipOptions & { until?: number }): Promise<void>
  /** Everything on a topic so far, each event once, as an idempotent consumer takes it. */
  events<Topic extends 'qly.detection.v1' | 'qly.reading.v1'>(topic: Topic): Promise<TopicEvent<Topic>[]>
  findings(): Promise<FindingChanged[]>
  /** Stops the room; `keep` leaves the folder for the next one. */
  stop(options?: { keep?: boolean }): Promise<void>
}

export async function createVisionRig(
  options: { directory?: string; vision?: Record<string, unknown>; failingStore?: boolean; openLane?: OpenLane } = {},
): Promise<VisionRig> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'qly-vision-')))
  const config = Value.Default(Config, { cameras: [], vision: options.vision ?? {} }) as Config
  const registry = createMetrics()
  const deps = { clock: systemClock, logger: silentLogger, registry }
  const bus = createEmbeddedEventBus(deps, { directory: join(directory, 'bus'), retentionCheckSeconds: 60 })
  const database = createSqliteDatabase(deps, { directory: join(directory, 'state') })
  const objectStore = createFileObjectStore(deps, { directory: join(directory, 'objects') })
  await Promise.all([bus.start(), database.start(), objectStore.start()])
  const failing = { ...objectStore, put: () => Promise.reject(new AppError('QLY_STORAGE_FULL', 'the disk is full')) }
  const store = options.failingStore ? failing : objectStore
  const vision = createVisionService(
    { ...deps, bus, database, objectStore: store, ...(options.openLane ? { openLane: options.openLane } : {}) },
    config,
  )
  await vision.start(new AbortController().signal)

  const events: VisionRig['events'] = async (topic) => {
    const all: TopicEvent<typeof topic>[] = []
    const seen = new Set<string>()
    const ended = new AbortController()
    await bus.publish([])
    const reading = await bus.tail({ topics: [topic], from: 'earliest', signal: ended.signal }, ({ event }) => {
      if (seen.has(eventIdentity(event))) return
      seen.add(eventIdentity(event))
      all.push(event as TopicEvent<typeof topic>)
    })
    while ((await reading.lag()) > 0) await new Promise((resolve) => setImmediate(resolve))
    await reading.stop()
    return all
  }

  return {
    directory,
    vision,
    objectStore,
    registry,
    async play(camera, { until = Number.POSITIVE_INFINITY, ...clip }) {
      const plan = await vision.eyes.open(camera)
      for await (const frame of clipFrames(plan, clip)) {
        if (frame.capturedAt - clip.startAt > until * 1000) break
        await vision.eyes.see(frame)
      }
      await vision.eyes.close(camera.id)
    },
    events,
    async findings() {
      const all = await events('qly.detection.v1')
      return all.flatMap((event) => (event.type === 'cn.qianliyan.finding.changed.v1' ? [event.data] : []))
    },
    async stop({ keep = false } = {}) {
      await vision.stop()
      await Promise.all([bus.stop(), database.stop(), objectStore.stop()])
      if (!keep) await rm(directory, { recursive: true, force: true })
    },
  }
}
