// The media room through its doors: cameras of every kind to vision's eyes, their health and snapshots on the bus, cameras shared and handed over.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { AppError } from '../contracts/errors.ts'
import { commandIssuedV1 } from '../contracts/events/command-issued-v1.ts'
import { frameCapturedV1 } from '../contracts/events/frame-captured-v1.ts'
import type { RolesHealth } from './cameras/role-health.ts'
import { makeClip } from './testing/make-clip.ts'
import { createMediaPlant, createRememberingEyes } from './testing/media-plant.ts'

let plant: Awaited<ReturnType<typeof createMediaPlant>>
beforeEach(async () => {
  plant = await createMediaPlant()
})
afterEach(() => plant.stop())

const reconnect = { initialMs: 50, maximumMs: 200, jitter: 0 }
const patient = { timeout: 8000 }

async function clip(name = 'clip.mp4'): Promise<string> {
  const path = join(plant.folder, name)
  await makeClip(path, { seconds: 2, fps: 10, width: 160, height: 120 })
  return pathToFileURL(path).href
}

const camera = (id: string, source: string, more = {}) => ({ id, name: id, source, loop: true, fps: 10, ...more })

async function picture(cameraId: string, capturedAt: number, jpeg?: Buffer) {
  const bytes =
    jpeg ??
    (await sharp({ create: { width: 80, height: 40, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer())
  const at = new Date(capturedAt).toISOString()
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const data = {
    cameraId,
    capturedAt: at,
    receivedAt: at,
    mediaType: 'image/jpeg' as const,
    sha256,
    base64: bytes.toString('base64'),
  }
  return { topic: 'qly.frame.v1' as const, event: createEvent(frameCapturedV1, { source: '/test', time: at }, data) }
}

/** Blocks of grey that a seed places: what a camera sees that looks elsewhere with another seed. */
async function scenePicture(seed: number): Promise<Buffer> {
  const blocks = Array.from({ length: 60 }, (_, n) => {
    const part = (by: number, below: number) => (Math.imul(seed * 97 + n, by) >>> 7) % below
    const grey = part(2_654_435_761, 256)
    return `<rect x="${part(40_503, 300)}" y="${part(2_246_822_519, 160)}" width="${12 + part(668_265_263, 40)}" height="${12 + part(374_761_393, 40)}" fill="rgb(${grey},${grey},${grey})"/>`
  })
  return sharp(Buffer.from(`<svg width="320" height="180">${blocks.join('')}</svg>`))
    .flatten({ background: 'gray' })
    .jpeg()
    .toBuffer()
}

const nothing = { begin() {}, take() {}, end() {}, close: async () => {} }

describe('motion', () => {
  it('is looked for and told while somebody keeps recordings by it, by event time', async () => {
    const moved: number[] = []
    const packets = {
      role: 'record' as const,
      wants: () => true,
      open: ({ id }: { id: string }) =>
        id === 'kept' ? { ...nothing, motion: (at: number) => void moved.push(at) } : nothing,
    }
    const eyes = createRememberingEyes()
    const source = await clip()
    const still = join(plant.folder, 'still.mp4')
    await makeClip(still, { seconds: 2, fps: 10, width: 160, height: 120, picture: 'smptebars' })
    const cameras = [camera('kept', source), camera('other', source), camera('still', pathToFileURL(still).href)]
    await plant.start(eyes, { cameras, media: { reconnect } }, { packets: [packets] })
    const begun = Date.now()
    await expect.poll(() => moved.length, patient).toBeGreaterThanOrEqual(3)
    const times = moved.map((at) => at - begun)
    expect(times.every((at, index) => at > (times[index - 1] ?? -3000) && at < 9000)).toBe(true)
    expect(eyes.frames.some(({ cameraId }) => cameraId === 'still')).toBe(true)
  })
})

describe('the media room', () => {
  it('shows cameras to vision; one whose model is bad says so, is tried again, and troubles no other', async () => {
    const eyes = createRememberingEyes()
    eyes.failing.set('bad', new AppError('QLY_MODEL_UNKNOWN', 'there is no model "streeet"'))
    const source = await clip()
    await plant.start(eyes, {
      cameras: [
        camera('good', source, { location: [120.58, 31.32], kind: 'kitchen' }),
        camera('bad', source),
        camera('gone', 'file:///nowhere.mp4'),
      ],
      media: { reconnect, snapshotSeconds: 0, health: { everySeconds: 1, holdSeconds: 0 } },
    })
    await expect.poll(() => eyes.frames.length, patient).toBeGreaterThan(5)
    expect(new Set(eyes.frames.map((frame) => frame.cameraId))).toEqual(new Set(['good']))
    await expect.poll(() => plant.statusOf('gone'), patient).toEqual(['offline'])
    expect(plant.news.find(({ deviceId }) => deviceId === 'bad')).toMatchObject({
      status: 'offline',
      reason: 'there is no model "streeet"',
    })
    expect(plant.news.find(({ deviceId }) => deviceId === 'good')).toMatchObject({
      kind: 'kitchen',
      status: 'online',
      reason: 'h264 160×120',
      location: [120.58, 31.32],
    })
    eyes.failing.clear()
    await expect.poll(() => plant.statusOf('bad'), patient).toEqual(['offline', 'online'])
    await expect.poll(() => eyes.frames.some((frame) => frame.cameraId === 'bad'), patient).toBe(true)
    const health = () =>
      plant.news.findLast(({ deviceId, patch }) => deviceId === 'good' && patch?.health)?.patch?.health
    const rate = { state: 'online', fps: expect.closeTo(10, -1), kbps: expect.any(Number) }
    await expect.poll(health, patient).toMatchObject({ detect: rate, live: rate })
    expect((health() as RolesHealth).detect?.kbps).toBeGreaterThan(10)
    const metrics = await plant.registry.metrics()
    expect(metrics).toMatch(/qianliyan_media_role_kbps\{camera="good",role="detect"\} \d\d/)
    expect(metrics).toMatch(/qianliyan_media_camera_online\{camera="good"\} 1/)
    expect(metrics).toMatch(/qianliyan_media_frames_delivered_total\{camera="good"\} \d/)
    expect(metrics).toMatch(/qianliyan_media_reconnects_total\{camera="gone"\} \d/)
  })

  it('takes what a device pushes to its RTSP server, at once when it comes, and keeps the newest snapshot in the object store', async () => {
    const eyes = createRememberingEyes()
    const media = await plant.start(eyes, {
      cameras: [camera('lane', 'rtsp://127.0.0.1:0/lane')],
      devices: [{ id: 'lane', kind: 'cctv', password: 'lane password' }],
      media: {
        reconnect: { initialMs: 60_000, maximumMs: 60_000, jitter: 0 },
        snapshotSeconds: 0.2,
        snapshotGraceSeconds: 0,
      },
    })
    await expect.poll(() => plant.statusOf('lane'), patient).toEqual(['offline'])
    await expect(
      makeClip(`rtsp://lane:wrong@127.0.0.1:${media.rtspPort}/lane`, { seconds: 1, fps: 5, width: 64, height: 64 }),
    ).rejects.toThrow()
    await makeClip(`rtsp://lane:lane%20password@127.0.0.1:${media.rtspPort}/lane`, {
      seconds: 2,
      fps: 20,
      width: 800,
      height: 600,
      group: 10,
      realTime: true,
    })
    await expect.poll(() => plant.statusOf('lane'), patient).toEqual(['offline', 'online', 'offline'])
    expect(eyes.frames.length).toBeGreaterThan(10)
    const patches = plant.news.flatMap(({ patch }) => (patch ? [String(patch.snapshotUrl)] : []))
    expect(patches.length).toBeGreaterThan(2)
    await media.stop()
    const kept: string[] = []
    for await (const { key } of plant.objectStore.list('snapshot/lane')) kept.push(`/api/v1/evidence/${key}`)
    expect(kept).toEqual([patches.at(-1)])
    const { stream } = await plant.objectStore.get(kept[0]!.replace('/api/v1/evidence/', ''))
    expect(await sharp(Buffer.concat(await stream.toArray())).metadata()).toMatchObject({
      format: 'jpeg',
      width: 640,
      height: 480,
    })
    expect(eyes.closed).toEqual(['lane'])
  })

  it('shows JPEGs from the bus to vision; damaged ones become dead letters; silence is a stall', async () => {
    const eyes = createRememberingEyes()
    const start = Date.parse('2020-06-28T06:00:00Z')
    await plant.start(eyes, {
      cameras: [camera('kitchen', 'mqtt:qly/v1/kitchen/kitchen/image', { kind: 'kitchen' })],
      media: { pictureStallSeconds: 1, snapshotSeconds: 0 },
    })
    const damaged = await picture('kitchen', start + 1000, Buffer.from('no picture'))
    await plant.bus.publish([
      await picture('kitchen', start),
      damaged,
      await picture('kitchen', start + 2000),
      await picture('kitchen', start + 500),
      await picture('stranger', start),
      await picture('kitchen', start + 3000),
    ])
    await expect.poll(() => eyes.frames.length, patient).toBe(3)
    expect(
      eyes.frames.map(({ capturedAt, sequence, discontinuity }) => [capturedAt - start, sequence, discontinuity]),
    ).toEqual([
      [0, 1, true],
      [2000, 2, false],
      [3000, 3, false],
    ])
    expect(await eyes.frames[0]?.fullFrame()).toMatchObject({ width: 80, height: 40 })
    await expect.poll(() => plant.letters.length, patient).toBe(1)
    expect(plant.letters[0]).toMatchObject({ code: 'QLY_PAYLOAD_UNREADABLE' })
    await expect.poll(() => plant.statusOf('kitchen'), patient).toEqual(['online', 'stalled'])
    await plant.bus.publish([await picture('kitchen', start + 60_000)])
    await expect.poll(() => plant.statusOf('kitchen'), patient).toEqual(['online', 'stalled', 'online'])
    expect(await plant.registry.metrics()).toMatch(/qianliyan_media_pictures_unknown_total 1/)
  })

  it('suspends the zones of a camera that was turned, until a person says that the new view is right', async () => {
    const eyes = createRememberingEyes()
    const zone = {
      id: 'stove',
      kind: 'kitchen',
      polygon: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    }
    const kitchen = camera('kitchen', 'mqtt:qly/v1/kitchen/kitchen/image', { kind: 'kitchen', zones: [zone] })
    const view = { everySeconds: 0.001, holdSeconds: 10 }
    await plant.start(eyes, { cameras: [kitchen], media: { view, snapshotSeconds: 0 } })
    let at = Date.parse('2020-06-28T06:00:00Z')
    /** Shows a scene, a picture a second of event time, until what is awaited is so. */
    const showUntil = async (seed: number, so: () => boolean) => {
      const drawn = await scenePicture(seed)
      for (let n = 0; n < 200 && !so(); n++) {
        const before = eyes.frames.length
        at += 1000
        await plant.bus.publish([await picture('kitchen', at, drawn)])
        await expect.poll(() => eyes.frames.length, patient).toBe(before + 1)
      }
      expect(so()).toBe(true)
    }
    const suspended = () => eyes.frames.at(-1)?.zonesSuspended ?? false
    const twin = () => plant.news.findLast(({ patch }) => patch?.zonesSuspended !== undefined)?.patch
    const send = async (action: string, roles: string[], targetId = 'kitchen') => {
      const commandId = `command-${plant.answers.length}-${action}-${roles.join()}`
      const data = { commandId, target: 'camera' as const, targetId, action, by: 'li', roles, arguments: {} }
      const event = createEvent(
        commandIssuedV1,
        { source: '/test', time: at },
        { ...data, at: new Date(at).toISOString() },
      )
      await plant.bus.publish([{ topic: 'qly.command.v1', event }])
      await expect.poll(() => plant.answers.some((answer) => answer.commandId === commandId), patient).toBe(true)
      return plant.answers.at(-1)
    }
    await showUntil(5, () => eyes.frames.length > 5)
    await showUntil(80, suspended)
    await expect.poll(() => plant.findings, patient).toHaveLength(1)
    expect(plant.findings[0]).toMatchObject({ phase: 'started', kind: 'view_changed', cameraId: 'kitchen' })
    await expect.poll(twin, patient).toMatchObject({ zonesSuspended: true, viewFaults: ['moved'] })
    expect(await plant.registry.metrics()).toMatch(/qianliyan_media_view_fault\{camera="kitchen",fault="moved"\} 1/)
    expect(await send('confirm_view', ['viewer'])).toMatchObject({ accepted: false, code: 'QLY_FORBIDDEN' })
    expect(await send('turn_left', ['operator'])).toMatchObject({ accepted: false, code: 'QLY_INPUT_INVALID' })
    expect(suspended()).toBe(true)
    expect(await send('confirm_view', ['operator'])).toMatchObject({
      accepted: true,
      result: { viewFaults: [], zonesSuspended: false },
    })
    await showUntil(80, () => !suspended())
    await expect.poll(() => plant.findings.map(({ phase }) => phase), patient).toEqual(['started', 'ended'])
    await expect.poll(twin, patient).toMatchObject({ zonesSuspended: false, viewFaults: [] })
  })

  it('takes up cameras that are added while it runs, opens changed ones anew, and lets removed ones go', async () => {
    const eyes = createRememberingEyes()
    const source = await clip()
    const { cameras } = await plant.start(eyes, { cameras: [camera('first', source)], media: { snapshotSeconds: 0 } })
    await expect.poll(() => eyes.opened, patient).toEqual(['first'])
    const added = {
      ...camera('second', source),
      kind: 'cctv' as const,
      transport: 'tcp' as const,
      models: [],
      zones: [],
    }
    await cameras.add(added, 'test')
    await expect.poll(() => eyes.frames.some(({ cameraId }) => cameraId === 'second'), patient).toBe(true)
    await cameras.replace({ ...added, fps: 5 }, 'test')
    await expect.poll(() => [eyes.opened, eyes.closed], patient).toEqual([['first', 'second', 'second'], ['second']])
    await cameras.remove('second')
    await expect.poll(() => eyes.closed, patient).toEqual(['second', 'second'])
    expect(await plant.registry.metrics()).not.toMatch(/camera_online\{camera="second"\}/)
    const before = eyes.frames.length
    await expect.poll(() => eyes.frames.slice(before).length, patient).toBeGreaterThan(3)
    expect(new Set(eyes.frames.slice(before).map(({ cameraId }) => cameraId))).toEqual(new Set(['first']))
  })

  it('shares cameras with a second worker, and gives each up before the other opens it', async () => {
    const source = await clip()
    const cameras = Array.from({ length: 12 }, (_, n) => camera(`lane-${n}`, source, { fps: 1 }))
    const parts = { cameras, media: { reconnect, snapshotSeconds: 0 } }
    const [one, two] = [createRememberingEyes(), createRememberingEyes()]
    const first = await plant.start(one, parts)
    await expect.poll(() => one.opened.length, patient).toBe(12)
    await plant.start(two, parts)
    await expect.poll(() => two.opened.length, patient).toBeGreaterThan(0)
    expect(one.closed.toSorted()).toEqual(two.opened.toSorted())
    await first.stop()
    await expect.poll(() => two.opened.length, patient).toBe(12)
    expect(new Set(two.opened).size).toBe(12)
    expect(one.closed.length).toBe(12)
  })
})
