// A media room on the embedded bus and a file store in a temporary folder, with eyes that only remember: for tests of the room through its doors.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { Config } from '../../contracts/config/config.ts'
import type { CommandAnswered } from '../../contracts/events/command-issued-v1.ts'
import type { DeviceChanged } from '../../contracts/events/device-changed-v1.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { LetterDied } from '../../contracts/events/letter-died-v1.ts'
import type { CameraEyes, CameraFrame } from '../../contracts/frames.ts'
import type { CameraPackets } from '../../contracts/packets.ts'
import { createCameraDirectory } from '../../kernel/cameras/camera-directory.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { createSqliteDatabase } from '../../kernel/database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../../kernel/event-bus/embedded/embedded-event-bus.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { createFileObjectStore } from '../../kernel/object-store/files/file-object-store.ts'
import { createSealing } from '../../kernel/secrets/sealing.ts'
import { createMediaService } from '../media-service.ts'

export interface RememberingEyes extends CameraEyes {
  readonly opened: string[]
  readonly closed: string[]
  readonly frames: CameraFrame[]
  /** open() of these cameras fails with what is given */
  readonly failing: Map<string, unknown>
}

export function createRememberingEyes(): RememberingEyes {
  const [opened, closed, frames]: [string[], string[], CameraFrame[]] = [[], [], []]
  const failing = new Map<string, unknown>()
  return {
    opened,
    closed,
    frames,
    failing,
    async open(camera) {
      const failure = failing.get(camera.id)
      if (failure !== undefined) throw failure
      opened.push(camera.id)
      const cut = {
        id: 'all',
        region: [0, 0, 1, 1] as [number, number, number, number],
        width: 64,
        height: 64,
        letterbox: 'centre' as const,
      }
      return { cameraId: camera.id, framesPerSecond: camera.fps, cuts: [cut] }
    },
    see: async (frame) => void frames.push(frame),
    close: async (cameraId) => void closed.push(cameraId),
  }
}

export async function createMediaPlant() {
  const folder = await mkdtemp(join(tmpdir(), 'qly-media-plant-'))
  const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
  const bus = createEmbeddedEventBus(deps, { directory: join(folder, 'bus'), retentionCheckSeconds: 60 })
  const objectStore = createFileObjectStore(deps, { directory: join(folder, 'objects') })
  const database = createSqliteDatabase(deps, { directory: join(folder, 'database') })
  await bus.start()
  await database.start()
  await objectStore.start()
  const news: DeviceChanged[] = []
  const letters: LetterDied[] = []
  const findings: FindingChanged[] = []
  const answers: CommandAnswered[] = []
  await bus.tail(
    { topics: ['qly.device.v1', 'qly.dead-letter.v1', 'qly.detection.v1', 'qly.answer.v1'], from: 'earliest' },
    ({ event }) => {
      if (event.type === 'cn.qianliyan.device.changed.v1') news.push(event.data)
      if (event.type === 'cn.qianliyan.letter.died.v1') letters.push(event.data)
      if (event.type === 'cn.qianliyan.finding.changed.v1') findings.push(event.data)
      if (event.type === 'cn.qianliyan.command.answered.v1') answers.push(event.data)
    },
  )
  const running: { stop(): Promise<void> }[] = []
  return {
    folder,
    bus,
    objectStore,
    news,
    letters,
    findings,
    answers,
    registry: deps.registry,
    /** Starts a media room with these parts of a configuration, on free ports; `apart`: other processes may show its cameras live. */
    async start(
      eyes: CameraEyes,
      parts: Record<string, unknown>,
      { apart = false, packets = [] }: { apart?: boolean; packets?: readonly CameraPackets[] } = {},
    ) {
      const config = Value.Default(Config, { rtsp: { port: 0 }, cameras: [], ...parts }) as Config
      const sealing = createSealing(join(folder, 'secrets.key'))
      const cameras = createCameraDirectory({ ...deps, database, sealing }, config)
      const shared = apart ? { sealing } : {}
      const media = createMediaService(
        { ...deps, bus, database, objectStore, cameras, ...shared },
        config,
        eyes,
        packets,
      )
      running.push(cameras)
      await cameras.start(new AbortController().signal)
      running.push(media)
      await media.start(new AbortController().signal)
      return Object.assign(media, { cameras })
    },
    /** The statuses of a camera, one for each change. */
    statusOf(id: string) {
      const told = news.flatMap((each) => (each.deviceId === id && each.status ? [each.status] : []))
      return told.filter((status, index) => status !== told[index - 1])
    },
    async stop() {
      await Promise.all(running.map((service) => service.stop()))
      await bus.stop()
      await database.stop()
      await objectStore.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
