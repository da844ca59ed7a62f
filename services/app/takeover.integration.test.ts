// Roles as processes of their own over Kafka: two `eyes` workers share the cameras; when one is killed, the other has its cameras within 15 s.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStream } from '../api/testing/event-stream.ts'
import { makeClip } from '../media/testing/make-clip.ts'
import { allCamerasSeen } from './testing/all-cameras-seen.ts'
import { type AppProcess, startAppProcess, temporaryFolder, testAdminToken } from './testing/app-process.ts'
import { type RealServers, realServers } from './testing/real-servers.ts'

const cameraIds = Array.from({ length: 8 }, (_, index) => `lane-${index}`)
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let servers: RealServers
const processes: AppProcess[] = []

beforeAll(async () => {
  folder = await temporaryFolder('takeover')
  servers = await realServers('takeover')
  const clip = `${folder.path}/clip.mp4`
  await makeClip(clip, { seconds: 10, fps: 5, width: 320, height: 180 })
  const config = {
    ...servers.config,
    vision: { publishFrames: 'all' },
    cameras: cameraIds.map((id) => ({
      id,
      name: id,
      source: `file://${clip}`,
      loop: true,
      fps: 2,
      models: ['street'],
      zones: [
        {
          id: 'kerb',
          kind: 'no_parking',
          polygon: [
            [0, 0.5],
            [1, 0.5],
            [1, 1],
            [0, 1],
          ],
        },
      ],
    })),
  }
  const start = (roles: string) => startAppProcess({ dataDir: folder.path, config, roles })
  processes.push(await start('broker,ingest,sensing,alerts,tickets,timeseries,api'))
  processes.push(...(await Promise.all([start('eyes'), start('eyes')])))
}, 120_000)

afterAll(async () => {
  for (const running of processes) await running.end('SIGKILL')
  await servers?.remove()
  await folder?.remove()
})

it('two workers share the cameras; the survivor of a kill -9 sees all of them within 15 s', async () => {
  const [api, one, two] = processes as [AppProcess, AppProcess, AppProcess]
  const frames = await openStream(`${api.url}/api/v1/events?topics=frame`, testAdminToken)
  await allCamerasSeen(frames, cameraIds, Date.now())
  const cameras = async (worker: AppProcess) => {
    const text = await (await fetch(`${worker.url}/metrics`)).text()
    return cameraIds.filter((id) =>
      new RegExp(`qianliyan_media_frames_delivered_total\\{[^}]*camera="${id}"[^}]*\\} [1-9]`).test(text),
    )
  }
  const shares = [await cameras(one), await cameras(two)]
  expect(shares.map((share) => share.length > 0)).toEqual([true, true])
  await one.end('SIGKILL')
  const took = await allCamerasSeen(frames, cameraIds, Date.now() + 200)
  console.log(`the survivor had all ${cameraIds.length} cameras ${(took / 1000).toFixed(1)} s after the kill`)
  expect(took).toBeLessThan(15_000)
  frames.close()
})
