// One camera of each bad sort beside good ones, through the doors of the room: the good ones are seen as if they were alone, the bad ones are held
// back, refused or given up, and tell why. Coarse in time: the figures are those of `npm run bench -- bad-cameras`.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMediaPlant, createRememberingEyes } from './testing/media-plant.ts'

let child: ChildProcess
let ports: { rtsp: number; http: number }
let plant: Awaited<ReturnType<typeof createMediaPlant>>
const eyes = createRememberingEyes()
const framesOf = (id: string) => eyes.frames.filter(({ cameraId }) => cameraId === id)

beforeAll(async () => {
  const program = new URL('./testing/pretend-camera.ts', import.meta.url).pathname
  child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  ports = JSON.parse(line.toString()) as typeof ports
  plant = await createMediaPlant()
})
afterAll(async () => {
  await plant.stop()
  child.kill()
})

const camera = (id: string, source: string) => ({ id, name: id, source })
const reasonsOf = (id: string) =>
  plant.news.flatMap(({ deviceId, reason }) => (deviceId === id && reason ? [reason] : []))
const countOf = async (metric: string, id: string) =>
  Number(new RegExp(`^${metric}\\{camera="${id}"\\} (\\d+)`, 'm').exec(await plant.registry.metrics())?.[1] ?? 0)

describe('bad cameras', () => {
  it('slow no good one; each is held back or refused, with its reason', { timeout: 40_000 }, async () => {
    const rtsp = (sort: string) => `rtsp://127.0.0.1:${ports.rtsp}/${sort}`
    const good = ['good-0', 'good-1', 'good-2']
    const sources = {
      hangs: rtsp('hangs'),
      floods: rtsp('floods'),
      drizzles: rtsp('drizzles'),
      lies: rtsp('lies'),
      jpegs: `http://127.0.0.1:${ports.http}/floods`,
      huge: `http://127.0.0.1:${ports.http}/huge`,
    }
    await plant.start(eyes, {
      cameras: [
        ...good.map((id) => camera(id, rtsp(id))),
        ...Object.entries(sources).map(([id, source]) => camera(id, source)),
      ],
      media: { openSeconds: 3, snapshotSeconds: 0, limits: { megabitsPerSecond: 16, packetsPerSecond: 2000 } },
    })
    await expect.poll(() => good.every((id) => framesOf(id).length > 0), { timeout: 10_000 }).toBe(true)
    const from = Date.now()
    const before = good.map((id) => framesOf(id).length)
    await expect.poll(() => reasonsOf('lies').join(), { timeout: 20_000 }).toMatch(/cannot be decoded as h264/)
    await expect.poll(() => reasonsOf('hangs').join(), { timeout: 20_000 }).toMatch(/no picture for 3 s/)
    await expect
      .poll(() => countOf('qianliyan_media_packets_damaged_total', 'huge'), { timeout: 20_000 })
      .toBeGreaterThan(5)
    await expect.poll(() => reasonsOf('drizzles').join(), { timeout: 20_000 }).toMatch(/no picture for 3 s/)
    const seconds = (Date.now() - from) / 1000
    for (const [index, id] of good.entries()) {
      const rate = (framesOf(id).length - (before[index] ?? 0)) / seconds
      expect(rate, id).toBeGreaterThan(2.5)
      const times = framesOf(id).map(({ capturedAt }) => capturedAt)
      expect(Math.max(...times.slice(1).map((at, n) => at - (times[n] ?? at)))).toBeLessThan(3000)
    }
    for (const id of ['floods', 'drizzles', 'jpegs']) {
      expect(await countOf('qianliyan_media_held_back_total', id), id).toBeGreaterThan(0)
    }
    // a flood is looked at like any other: at its rate
    expect(framesOf('floods').length).toBeGreaterThan(2)
    expect(framesOf('jpegs').length).toBeGreaterThan(2)
    expect(framesOf('jpegs').length).toBeLessThan(6 * (seconds + 3))
    expect([framesOf('huge'), framesOf('lies'), framesOf('hangs'), framesOf('drizzles')]).toEqual([[], [], [], []])
  })
})
