// A pilot's footage through the whole app: uploaded over tus with its side-car, analysed by the model, told with place and counts; also when the
// process is killed in the middle of it.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FootageChanged } from '../contracts/events/footage-changed-v1.ts'
import { makeClip } from '../media/testing/make-clip.ts'
import { type AppProcess, startAppProcess, temporaryFolder, testAdminToken } from './testing/app-process.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let app: AppProcess | undefined
beforeEach(async () => {
  folder = await temporaryFolder('footage')
})
afterEach(async () => {
  await app?.end('SIGTERM')
  await folder.remove()
})

async function upload(to: AppProcess, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const headers = { authorization: `Bearer ${testAdminToken}`, 'tus-resumable': '1.0.0' }
  const metadata = `filename ${Buffer.from(name).toString('base64')},flightId ${Buffer.from('flight-9').toString('base64')}`
  const begun = await fetch(`${to.url}/api/v1/footage/uploads`, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(bytes.length), 'upload-metadata': metadata },
  })
  expect(begun.status).toBe(201)
  const sent = await fetch(new URL(begun.headers.get('location') ?? '', to.url), {
    method: 'PATCH',
    headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    body: bytes,
  })
  expect(sent.status).toBe(204)
  return sent.headers.get('x-footage-id') ?? ''
}

const find = async (from: AppProcess, footageId: string) => {
  const { items } = await from.get<{ items: FootageChanged[] }>('/api/v1/footage')
  return items.find((item) => item.footageId === footageId)
}

it('is analysed after a kill in the middle of it, with the place of its side-car', async () => {
  const file = path.join(folder.path, 'clip.mp4')
  await makeClip(file, { seconds: 60, fps: 10, width: 640, height: 480 })
  const killed = await startAppProcess({ dataDir: folder.path })
  const cue =
    '1\n00:00:00,000 --> 00:00:00,033\n[latitude: 31.3271] [longitude: 120.5884] [rel_alt: 60.1 abs_alt: 75.0]\n'
  const sideCar = await upload(killed, 'DJI_0001.SRT', Uint8Array.from(Buffer.from(cue)))
  await expect.poll(() => find(killed, sideCar)).toMatchObject({ state: 'analysed', telemetry: { points: 1 } })
  const video = await upload(killed, 'DJI_0001.MP4', Uint8Array.from(await readFile(file)))
  await expect.poll(async () => (await find(killed, video))?.state, { timeout: 20_000, interval: 20 }).toBe('analysing')
  await killed.end('SIGKILL')

  const again = await startAppProcess({ dataDir: folder.path })
  app = again
  await expect
    .poll(() => find(again, video), { timeout: 60_000 })
    .toMatchObject({
      state: 'analysed',
      name: 'DJI_0001.MP4',
      summary: { frames: 120, seconds: 59.5, location: [120.5884, 31.3271] },
    })
}, 150_000)
