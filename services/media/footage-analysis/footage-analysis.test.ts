// Footage through the room's doors: what is uploaded is shown to vision and told, once, over interruptions; what cannot be read has failed.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvent, eventIdentity } from '../../contracts/cloud-event.ts'
import { Config } from '../../contracts/config/config.ts'
import { type FootageChanged, footageChangedV1 } from '../../contracts/events/footage-changed-v1.ts'
import type { FrameAnalysed } from '../../contracts/events/frame-analysed-v1.ts'
import type { CameraEyes } from '../../contracts/frames.ts'
import type { Service } from '../../kernel/lifecycle/service.ts'
import { startTestKernel, type TestKernel } from '../../kernel/testing/test-kernel.ts'
import { type VisionTables, visionMigrations } from '../../vision/state/vision-tables.ts'
import { createVisionService } from '../../vision/vision-service.ts'
import { makeClip } from '../testing/make-clip.ts'
import { createRememberingEyes } from '../testing/media-plant.ts'
import { createFootageAnalysis } from './footage-analysis.ts'

const clips = path.resolve(import.meta.dirname, '../../../../shared/data/clips')
const models = path.resolve(import.meta.dirname, '../../../models')
const patient = { timeout: 20_000 }
const at = '2020-06-28T07:10:00.000Z'
let kernel: TestKernel
let told: FootageChanged[]
let frames: FrameAnalysed[]
let running: Service[]

beforeEach(async () => {
  kernel = await startTestKernel()
  running = []
  await listen()
})
afterEach(async () => {
  for (const service of running.reverse()) await service.stop()
  await kernel.stop()
})

async function listen() {
  const seen = new Set<string>()
  told = []
  frames = []
  await kernel.bus.tail({ topics: ['qly.footage.v1', 'qly.detection.v1'], from: 'earliest' }, ({ event }) => {
    if (seen.has(eventIdentity(event))) return
    seen.add(eventIdentity(event))
    if (event.type === 'cn.qianliyan.footage.changed.v1') told.push(event.data)
    if (event.type === 'cn.qianliyan.frame.analysed.v1') frames.push(event.data)
  })
}

async function start(parts: Record<string, unknown> = {}, eyes?: CameraEyes): Promise<Service> {
  const given = {
    cameras: [],
    dataDir: kernel.directory,
    vision: { modelsDirectory: models, publishFrames: 'all' },
    ...parts,
  }
  const config = Value.Default(Config, given) as Config
  const signal = new AbortController().signal
  let seeing = eyes
  if (!seeing) {
    const vision = createVisionService(kernel, config)
    await vision.start(signal)
    running.push(vision)
    seeing = vision.eyes
  }
  const analysis = createFootageAnalysis(kernel, config, seeing)
  await analysis.start(signal)
  running.push(analysis)
  return analysis
}

async function tell(footageId: string, name: string, more: Partial<FootageChanged> = {}) {
  const data: FootageChanged = {
    footageId,
    state: 'uploaded',
    name,
    sizeBytes: 1,
    pilot: 'wang',
    flightId: 'f7',
    at,
    ...more,
  }
  const origin = { source: '/footage', id: `${footageId}/${data.state}`, time: data.at }
  await kernel.bus.publish([{ topic: 'qly.footage.v1', event: createEvent(footageChangedV1, origin, data) }])
}

async function upload(footageId: string, name: string, bytes: Uint8Array, more: Partial<FootageChanged> = {}) {
  const { key } = await kernel.objectStore.put(bytes, { prefix: 'footage', mediaType: 'video/mp4', at: Date.parse(at) })
  await tell(footageId, name, { key, ...more })
}

const sideCar: Pick<FootageChanged, 'state' | 'telemetry'> = {
  state: 'analysed',
  telemetry: { points: 60, location: [120.5884, 31.3271], beganAt: '2020-06-28T06:00:00.000Z' },
}
const statesOf = (footageId: string) => told.filter((each) => each.footageId === footageId).map(({ state }) => state)
const lastOf = (footageId: string) => told.findLast((each) => each.footageId === footageId)

async function clip(seconds = 3): Promise<Uint8Array> {
  const file = path.join(kernel.directory, 'clip.mp4')
  await makeClip(file, { seconds, fps: 10, width: 320, height: 240 })
  return readFile(file)
}

describe('footage', () => {
  it('is shown to the model at its rate, in the time and place of its side-car, and leaves nothing behind', async () => {
    await start()
    await tell('srt', 'DJI_0010.SRT', sideCar)
    await upload('video', 'DJI_0010.MP4', await clip())
    await expect.poll(() => statesOf('video'), patient).toEqual(['uploaded', 'analysing', 'analysed'])
    expect(lastOf('video')).toMatchObject({
      name: 'DJI_0010.MP4',
      pilot: 'wang',
      summary: { frames: 6, seconds: 2.5, location: [120.5884, 31.3271] },
    })
    await expect.poll(() => frames.length, patient).toBe(6)
    expect(new Set(frames.map(({ cameraId }) => cameraId))).toEqual(new Set(['footage-video']))
    expect(frames[0]?.capturedAt).toBe('2020-06-28T06:00:00.000Z')
    await expect.poll(() => readdir(path.join(kernel.directory, 'footage-analysis')), patient).toEqual([])
    const room = await kernel.database.room<VisionTables>('vision', visionMigrations)
    expect(await room.db.selectFrom('camera_state').selectAll().execute()).toEqual([])
  }, 40_000)

  it.runIf(existsSync(clips))(
    'says how many cars it shows (not tried without ../shared)',
    async () => {
      await start()
      await upload('street', 'DJI_0012.mp4', await readFile(path.join(clips, 'park_comes_and_parks_street_33s.mp4')))
      await expect.poll(() => statesOf('street'), { timeout: 60_000 }).toEqual(['uploaded', 'analysing', 'analysed'])
      const summary = lastOf('street')?.summary
      expect(summary?.frames).toBeGreaterThan(60)
      expect(summary?.objects.car).toBeGreaterThanOrEqual(1)
      expect(summary?.mostAtOnce.car).toBeLessThanOrEqual(summary?.objects.car ?? 0)
    },
    90_000,
  )

  it('may be a picture; what cannot be read, is not there or has no model has failed, and the next goes on', async () => {
    await start()
    const jpeg = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#777' } })
      .jpeg()
      .toBuffer()
    const movie = await clip(1)
    await upload('garbage', 'a.mp4', Buffer.alloc(5000, 'not a film'))
    await upload('cut', 'b.mp4', movie.subarray(0, movie.length / 3))
    await upload('torn', 'c.jpg', jpeg.subarray(0, jpeg.length / 2))
    await tell('gone', 'd.mp4', { key: `footage/2020/06/28/${'0'.repeat(64)}.mp4` })
    await tell('nowhere', 'e.mp4')
    await upload('picture', 'f.JPG', jpeg)
    const place = {
      GPSLatitudeRef: 'N',
      GPSLatitude: '31/1 30/1 0/1',
      GPSLongitudeRef: 'E',
      GPSLongitude: '120/1 30/1 0/1',
    }
    await upload('placed', 'h.jpg', await sharp(jpeg).withExif({ IFD3: place }).jpeg().toBuffer())
    await upload('movie', 'g.mov', movie)
    for (const id of ['garbage', 'cut', 'torn', 'gone', 'nowhere']) {
      await expect.poll(() => statesOf(id), patient).toEqual(['uploaded', 'analysing', 'failed'])
      expect(lastOf(id)?.reason).not.toContain(kernel.directory)
    }
    expect(lastOf('garbage')?.reason).toMatch(/cannot be played/)
    expect(lastOf('torn')?.reason).toMatch(/JPEG/)
    await expect
      .poll(() => lastOf('picture'), patient)
      .toMatchObject({ state: 'analysed', summary: { frames: 1, seconds: 0 } })
    await expect.poll(() => lastOf('placed')?.summary?.location, patient).toEqual([120.5, 31.5])
    await expect.poll(() => lastOf('movie'), patient).toMatchObject({ state: 'analysed', summary: { frames: 2 } })
  }, 40_000)

  it('has failed where its model is not there', async () => {
    await start({ footage: { models: ['nothing-of-that-name'] } })
    await upload('video', 'a.mp4', await clip(1))
    await expect
      .poll(() => lastOf('video'), patient)
      .toMatchObject({
        state: 'failed',
        reason: expect.stringContaining('nothing-of-that-name'),
      })
  }, 30_000)

  it('gets its place also from a side-car that comes later', async () => {
    await start({}, createRememberingEyes())
    await upload('video', 'DJI_0020.MP4', await clip(1))
    await expect.poll(() => statesOf('video'), patient).toContain('analysed')
    expect(lastOf('video')?.summary?.location).toBeUndefined()
    await tell('other', 'DJI_0021.SRT', sideCar)
    await tell('foreign', 'DJI_0020.SRT', { ...sideCar, pilot: 'zhao' })
    await tell('srt', 'dji_0020.srt', sideCar)
    await expect.poll(() => lastOf('video')?.summary?.location, patient).toEqual([120.5884, 31.3271])
    expect(statesOf('video')).toEqual(['uploaded', 'analysing', 'analysed', 'analysed'])
  }, 30_000)

  it('is analysed one at a time', async () => {
    const eyes = createRememberingEyes()
    let open = 0
    let most = 0
    const counting: CameraEyes = {
      ...eyes,
      open(camera) {
        most = Math.max(most, ++open)
        return eyes.open(camera)
      },
      close(id) {
        open--
        return eyes.close(id)
      },
    }
    const movie = await clip(1)
    for (let number = 0; number < 8; number++) await upload(`v${number}`, `v${number}.mp4`, movie)
    await start({}, counting)
    await expect.poll(() => told.filter(({ state }) => state === 'analysed').length, patient).toBe(8)
    expect(most).toBe(1)
  }, 30_000)

  it('begins again after an interruption, and is analysed once', async () => {
    const eyes = createRememberingEyes()
    const held = Promise.withResolvers<void>()
    const halting: CameraEyes = {
      ...eyes,
      async see(frame) {
        await eyes.see(frame)
        if (eyes.frames.length === 3) await held.promise
      },
    }
    const first = await start({}, halting)
    await upload('video', 'a.mp4', await clip())
    await expect.poll(() => eyes.frames.length, patient).toBe(3)
    const stopping = first.stop()
    held.resolve()
    await stopping
    expect(eyes.closed).toEqual(['footage-video'])
    await expect.poll(() => statesOf('video'), patient).toEqual(['uploaded', 'analysing'])

    const again = createRememberingEyes()
    const second = await start({}, again)
    await expect.poll(() => statesOf('video'), patient).toEqual(['uploaded', 'analysing', 'analysed'])
    expect([again.frames.length, lastOf('video')?.summary?.frames]).toEqual([6, 6])
    await second.stop()

    // told anew by the bus, as after a kill between the effect and its commit
    const third = createRememberingEyes()
    await start({}, third)
    await tell('video', 'a.mp4', { key: lastOf('video')?.key ?? '' })
    await upload('next', 'b.mp4', await clip(1))
    await expect.poll(() => statesOf('next'), patient).toContain('analysed')
    expect(third.opened).toEqual(['footage-next'])
  }, 40_000)
})
