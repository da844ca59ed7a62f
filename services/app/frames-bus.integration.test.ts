// vision.frames: bus with its roles as processes of their own over Kafka: one media, two vision workers that share the cameras; when one is killed, the
// other sees all of them.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStream } from '../api/testing/event-stream.ts'
import { makeClip } from '../media/testing/make-clip.ts'
import { allCamerasSeen } from './testing/all-cameras-seen.ts'
import { type AppProcess, startAppProcess, temporaryFolder, testAdminToken } from './testing/app-process.ts'
import { type RealServers, realServers } from './testing/real-servers.ts'

const cameraIds = Array.from({ length: 6 }, (_, index) => `lane-${index}`)
const polygon = [
  [0, 0.5],
  [1, 0.5],
  [1, 1],
  [0, 1],
]
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let servers: RealServers
const processes: AppProcess[] = []

beforeAll(async () => {
  folder = await temporaryFolder('frames-bus')
  servers = await realServers('frames-bus')
  const clip = `${folder.path}/clip.mp4`
  await makeClip(clip, { seconds: 10, fps: 5, width: 320, height: 180 })
  const config = {
    ...servers.config,
    vision: { frames: 'bus', publishFrames: 'all' },
    cameras: cameraIds.map((id) => ({
      id,
      name: id,
      source: `file://${clip}`,
      loop: true,
      fps: 1,
      models: ['street'],
      zones: [{ id: 'kerb', kind: 'no_parking', polygon }],
    })),
  }
  const start = (roles: string) => startAppProcess({ dataDir: folder.path, config, roles })
  processes.push(await start('api,media'))
  processes.push(...(await Promise.all([start('vision'), start('vision')])))
}, 120_000)

afterAll(async () => {
  for (const running of processes) await running.end('SIGKILL')
  await servers?.remove()
  await folder?.remove()
})

it('media decodes, vision workers share the cameras, and one that is killed is replaced by the other', async () => {
  const [api, one, two] = processes as [AppProcess, AppProcess, AppProcess]
  const frames = await openStream(`${api.url}/api/v1/events?topics=frame`, testAdminToken)
  await allCamerasSeen(frames, cameraIds, Date.now())
  const metrics = async (process: AppProcess) => (await fetch(`${process.url}/metrics`)).text()
  const opened = async (worker: AppProcess) => Number(/qianliyan_vision_cameras (\d+)/.exec(await metrics(worker))?.[1])
  await expect.poll(async () => (await opened(one)) > 0 && (await opened(two)) > 0, { timeout: 20_000 }).toBe(true)
  expect(await metrics(one)).not.toMatch(/qianliyan_media_frames_decoded_total\{/)
  expect(await metrics(api)).toMatch(/qianliyan_media_bus_bytes_total\{[^}]*\} [1-9]/)
  await one.end('SIGKILL')
  const took = await allCamerasSeen(frames, cameraIds, Date.now() + 200)
  console.log(`the other worker had all ${cameraIds.length} cameras ${(took / 1000).toFixed(1)} s after the kill`)
  expect(took).toBeLessThan(25_000)
  frames.close()
}, 120_000)
