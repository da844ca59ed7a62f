// Frames over the bus as vision gets them, what media keeps meanwhile, and the whole pictures that it shows. On the embedded bus.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvent } from '../../contracts/cloud-event.ts'
import { CameraConfig } from '../../contracts/config/cameras.ts'
import { AppError } from '../../contracts/errors.ts'
import type { FrameCutOut } from '../../contracts/events/frame-cut-v1.ts'
import { frameLookedV1 } from '../../contracts/events/frame-looked-v1.ts'
import { type PictureShown, pictureWantedV1 } from '../../contracts/events/picture-wanted-v1.ts'
import type { CameraFrame, FramePlan, SeenObject } from '../../contracts/frames.ts'
import { createManualClock, type ManualClock } from '../../kernel/clock/manual-clock.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { createEmbeddedEventBus } from '../../kernel/event-bus/embedded/embedded-event-bus.ts'
import type { EventBus } from '../../kernel/event-bus/event-bus.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { createBusEyes } from './bus-eyes.ts'

const camera = Value.Default(CameraConfig, {
  id: 'lane',
  name: 'lane',
  source: 'file:///a.mp4',
  fps: 2,
}) as CameraConfig
const cut = (id: string, width: number, height: number) => ({
  id,
  region: [0, 0, 1, 1] as [number, number, number, number],
  width,
  height,
  letterbox: 'centre' as const,
})
const plan: FramePlan = { cameraId: 'lane', framesPerSecond: 2, cuts: [cut('a', 40, 40), cut('b', 64, 24)] }
const startAt = Date.parse('2020-06-28T06:00:00Z')

let folder: string
let clock: ManualClock
let registry: ReturnType<typeof createMetrics>
let bus: EventBus
let service: ReturnType<typeof createBusEyes>
let sent: FrameCutOut[]
let shown: PictureShown[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qly-bus-eyes-'))
  clock = createManualClock(startAt)
  registry = createMetrics()
  const deps = { clock: systemClock, logger: silentLogger, registry }
  bus = createEmbeddedEventBus(deps, { directory: folder, retentionCheckSeconds: 60 })
  await bus.start()
  sent = []
  shown = []
  await bus.tail({ topics: ['qly.frame.v1', 'qly.look.v1'], from: 'earliest' }, ({ event }) => {
    if (event.type === 'cn.qianliyan.frame.cut.v1') sent.push(event.data)
    if (event.type === 'cn.qianliyan.picture.shown.v1') shown.push(event.data)
  })
  const settings = { quality: 95, holdSeconds: 2, lateSeconds: 1, dropSeconds: 10 }
  service = createBusEyes({ bus, clock, logger: silentLogger, registry, plan: async () => plan }, settings)
  await service.start(new AbortController().signal)
})
afterEach(async () => {
  await service.stop()
  await bus.stop()
  await rm(folder, { recursive: true, force: true })
})

function frame(sequence: number): CameraFrame {
  const colours = [200, 30]
  return {
    cameraId: 'lane',
    sequence,
    capturedAt: startAt + sequence * 500,
    width: 320,
    height: 180,
    discontinuity: sequence === 1,
    cuts: plan.cuts.map((each, index) => ({
      cut: each,
      width: each.width,
      height: each.height,
      rgb: Buffer.alloc(each.width * each.height * 3, colours[index]),
      offsetX: 0,
      offsetY: 1.5,
      pictureWidth: each.width,
      pictureHeight: each.height - 3,
    })),
    fullFrame: async () => ({ width: 320, height: 180, rgb: Buffer.alloc(320 * 180 * 3, 90) }),
  }
}
const at = (sequence: number) => new Date(startAt + sequence * 500).toISOString()
const say = (sequence: number, objects: SeenObject[] = []) => {
  const data = { cameraId: 'lane', capturedAt: at(sequence), sequence, objects: objects.map((each) => ({ ...each })) }
  const event = createEvent(frameLookedV1, { source: '/vision/lane', time: startAt }, data)
  return bus.publish([{ topic: 'qly.look.v1', event }])
}
const ask = (capturedAt: string, maximumWidth: number) => {
  const event = createEvent(
    pictureWantedV1,
    { source: '/vision/lane', time: startAt },
    { cameraId: 'lane', capturedAt, maximumWidth },
  )
  return bus.publish([{ topic: 'qly.look.v1', event }])
}

describe('eyes over the bus', () => {
  it('send the cuts of each frame in order, in one JPEG each, with where they lie', async () => {
    await service.eyes.open(camera)
    const looking = [1, 2, 3].map((sequence) => service.eyes.see(frame(sequence)))
    await expect.poll(() => sent.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    const [first] = sent as [FrameCutOut]
    expect(first).toMatchObject({ capturedAt: at(1), width: 320, height: 180, discontinuity: true })
    expect(first.cuts.map(({ id, top, width, height, offsetY }) => [id, top, width, height, offsetY])).toEqual([
      ['a', 0, 40, 40, 1.5],
      ['b', 48, 64, 24, 1.5],
    ])
    const { data, info } = await sharp(Buffer.from(first.base64, 'base64')).raw().toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([64, 80])
    for (const [top, width, height, value] of [
      [0, 40, 40, 200],
      [48, 64, 24, 30],
    ] as const)
      for (let y = top; y < top + height; y++)
        for (let x = 0; x < width; x++) expect(Math.abs((data[(y * 64 + x) * 3] as number) - value)).toBeLessThan(12)
    await say(3)
    await Promise.all(looking)
  })

  it('keep a frame until vision is done with it, tell what it saw, and let earlier ones go with it', async () => {
    const seen: unknown[] = []
    await service.eyes.open(camera, { onObjects: (objects, time) => void seen.push([time, objects]) })
    const done: number[] = []
    const looking = [1, 2].map((sequence) => service.eyes.see(frame(sequence)).then(() => done.push(sequence)))
    await expect.poll(() => sent.length).toBe(2)
    expect(done).toEqual([])
    const car: SeenObject = { trackId: 7, label: 'car', box: [0.1, 0.2, 0.3, 0.4] }
    await say(2, [car])
    await Promise.all(looking)
    expect(seen).toEqual([[startAt + 1000, [car]]])
    expect(await registry.metrics()).not.toMatch(/bus_unanswered_total\{/)
  })

  it('let a frame go by themselves where vision says nothing, and say so', async () => {
    await service.eyes.open(camera)
    const ready: number[] = []
    const looking = service.eyes.see(frame(1), () => ready.push(1))
    await expect.poll(() => ready).toEqual([1])
    await clock.advance(2000)
    await looking
    expect(await registry.metrics()).toMatch(/bus_unanswered_total\{camera="lane"\} 1/)
  })

  it('show the whole of a frame that they keep, not wider than wanted, and nothing of others', async () => {
    await service.eyes.open(camera)
    const looking = service.eyes.see(frame(1))
    await expect.poll(() => sent.length).toBe(1)
    await ask(at(9), 1920)
    await ask(at(1), 1920)
    await ask(at(1), 160)
    await expect.poll(() => shown.length).toBe(2)
    const sizes = await Promise.all(
      shown.map(({ base64 }) =>
        sharp(Buffer.from(base64, 'base64'))
          .metadata()
          .then(({ width }) => width),
      ),
    )
    expect(sizes.sort()).toEqual([160, 320])
    await service.eyes.close('lane')
    await looking
  })

  it('reject a frame that the bus does not take, and go on with the next', async () => {
    await service.eyes.open(camera)
    const { publish } = bus
    bus.publish = () => Promise.reject(new AppError('QLY_BUS_UNAVAILABLE', 'gone'))
    await expect(service.eyes.see(frame(1))).rejects.toMatchObject({ code: 'QLY_BUS_UNAVAILABLE' })
    bus.publish = publish
    const looking = service.eyes.see(frame(2))
    await expect.poll(() => sent.map(({ sequence }) => sequence)).toEqual([2])
    await say(2)
    await looking
  })
})
