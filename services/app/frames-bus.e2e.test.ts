// vision.frames: bus. The same clip through the bus and through memory gives the same violations, with whole pictures as evidence, and the dwell goes on
// in another vision worker after the first has gone. Needs ../shared (footage and a public model).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CameraConfig } from '../contracts/config/cameras.ts'
import { Config } from '../contracts/config/config.ts'
import type { FindingChanged } from '../contracts/events/finding-changed-v1.ts'
import type { FrameLooked } from '../contracts/events/frame-looked-v1.ts'
import { systemClock } from '../kernel/clock/system-clock.ts'
import { createSqliteDatabase } from '../kernel/database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../kernel/event-bus/embedded/embedded-event-bus.ts'
import { silentLogger } from '../kernel/logging/logger.ts'
import { createMetrics } from '../kernel/metrics/metrics.ts'
import { createFileObjectStore } from '../kernel/object-store/files/file-object-store.ts'
import { createBusEyes } from '../media/frames-bus/bus-eyes.ts'
import { createFrameIntake } from '../vision/frames-bus/frame-intake.ts'
import { createFramePlanner } from '../vision/plan/frame-planner.ts'
import { clipFrames, hasSharedData, sharedClip } from '../vision/testing/clip-frames.ts'
import { makePublicYolox } from '../vision/testing/public-yolox.ts'
import { createVisionService } from '../vision/vision-service.ts'

const startAt = Date.parse('2020-06-28T06:00:00.000Z')
const clip = { file: sharedClip('park_comes_and_parks_street_33s.mp4'), from: 19, holdLast: 14, startAt }
const signal = new AbortController().signal

describe.runIf(hasSharedData)(
  `frames over the bus${hasSharedData ? '' : ' (not tried: ../shared is not here)'}`,
  () => {
    let models: string
    let camera: CameraConfig
    const stops: (() => Promise<void>)[] = []
    beforeAll(() => {
      models = mkdtempSync(join(tmpdir(), 'qly-models-'))
      const polygon = [
        [0.57, 0.27],
        [1, 0.27],
        [1, 0.58],
        [0.57, 0.58],
      ]
      const zones = [{ id: 'kerb', kind: 'no_parking', polygon, classes: [], dwellSeconds: 10, hours: '00:00-24:00' }]
      const cameras = [
        { id: 'lane', name: 'lane', source: 'file:///clip.mp4', fps: 2, models: [makePublicYolox(models)], zones },
      ]
      camera = (Value.Default(Config, { cameras }) as Config).cameras[0] as CameraConfig
    })
    afterAll(async () => {
      for (const stop of stops) await stop()
      rmSync(models, { recursive: true, force: true })
    })

    async function rig() {
      const directory = mkdtempSync(join(tmpdir(), 'qly-frames-bus-'))
      // late frames would be skipped on a busy machine, and the comparison be one of luck
      const bus_ = { lateSeconds: 60, dropSeconds: 120, holdSeconds: 30 }
      const config = { ...(Value.Default(Config, { cameras: [], vision: { bus: bus_ } }) as Config), cameras: [camera] }
      const registry = createMetrics()
      const deps = { clock: systemClock, logger: silentLogger, registry }
      const bus = createEmbeddedEventBus(deps, { directory: join(directory, 'bus'), retentionCheckSeconds: 60 })
      const database = createSqliteDatabase(deps, { directory: join(directory, 'state') })
      const objectStore = createFileObjectStore(deps, { directory: join(directory, 'objects') })
      await Promise.all([bus.start(), database.start(), objectStore.start()])
      const findings = new Map<string, FindingChanged>()
      const looked: FrameLooked[] = []
      await bus.tail({ topics: ['qly.detection.v1', 'qly.look.v1'], from: 'earliest' }, ({ event }) => {
        if (event.type === 'cn.qianliyan.frame.looked.v1') looked.push(event.data)
        if (event.type === 'cn.qianliyan.finding.changed.v1' && event.data.phase === 'started')
          findings.set(event.data.findingId, event.data)
      })
      stops.push(async () => {
        await Promise.all([bus.stop(), database.stop(), objectStore.stop()])
        rmSync(directory, { recursive: true, force: true })
      })
      const startVision = async () => {
        // each worker counts for itself
        const own = { ...deps, registry: createMetrics(), bus, database, objectStore }
        const vision = createVisionService(own, config)
        await vision.start(signal)
        return vision
      }
      return { deps: { ...deps, bus, objectStore }, config, startVision, findings, looked, objectStore }
    }

    const boxesOf = (findings: ReadonlyMap<string, FindingChanged>) =>
      [...findings.values()].map(({ kind, zoneId, label }) => ({ kind, zoneId, label }))

    it('give the same violations as frames in memory, with evidence of the whole frame', async () => {
      const direct = await rig()
      const eyes = (await direct.startVision()).eyes
      const wanted = await eyes.open(camera)
      for await (const frame of clipFrames(wanted, clip)) await eyes.see(frame)
      await eyes.close(camera.id)
      await expect.poll(() => direct.findings.size).toBe(2)

      const apart = await rig()
      const sender = createBusEyes({ ...apart.deps, plan: createFramePlanner(apart.config) }, apart.config.vision.bus)
      await sender.start(signal)
      const worker = async () => {
        const vision = await apart.startVision()
        const intake = createFrameIntake({ ...apart.deps, registry: createMetrics() }, apart.config, vision.eyes)
        await intake.start(signal)
        return async () => {
          await intake.stop()
          await vision.stop()
        }
      }
      let stopWorker = await worker()
      const plan = await sender.eyes.open(camera)
      // media plans from the description alone what vision plans with the model
      expect(plan.cuts).toEqual(wanted.cuts)
      expect(plan.personRegions).toEqual(wanted.personRegions)
      let frames = 0
      let handed = false
      for await (const frame of clipFrames(plan, clip)) {
        frames++
        await sender.eyes.see(frame)
        if (!handed && frame.capturedAt >= startAt + 8_000) {
          // a car stands and is not told yet: another worker goes on with its clock
          handed = true
          expect(apart.findings.size).toBe(0)
          await stopWorker()
          stopWorker = await worker()
        }
      }
      await sender.eyes.close(camera.id)
      await stopWorker()
      await sender.stop()

      expect(apart.looked.map(({ sequence }) => sequence)).toEqual(Array.from({ length: frames }, (_, index) => index))
      expect(boxesOf(apart.findings)).toEqual(boxesOf(direct.findings))
      for (const { evidence } of apart.findings.values()) {
        const clean = evidence.filter(({ role }) => role === 'clean')
        expect(new Set(clean.map(({ at }) => at)).size).toBe(2)
        for (const { url } of clean) {
          const { stream } = await apart.objectStore.get(url.replace('/api/v1/evidence/', ''))
          const { width, height } = await sharp(Buffer.concat(await stream.toArray())).metadata()
          expect([width, height]).toEqual([576, 996])
        }
      }
    }, 120_000)
  },
)
