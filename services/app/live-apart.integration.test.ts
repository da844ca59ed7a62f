// Live view with `api` and `eyes` as processes of their own over Kafka: the WebSocket of the one shows cameras of the other, by role, also after it was replaced.
import { afterAll, beforeAll, expect, it } from 'vitest'
import WebSocket from 'ws'
import { makeClip } from '../media/testing/make-clip.ts'
import { type AppProcess, startAppProcess, temporaryFolder, testAdminToken } from './testing/app-process.ts'
import { type RealServers, realServers } from './testing/real-servers.ts'

const patient = { timeout: 30_000 }
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let servers: RealServers
let api: AppProcess
let eyes: AppProcess
let viewer: string
let start: (roles: string) => Promise<AppProcess>
const processes: AppProcess[] = []
const sockets: WebSocket[] = []

beforeAll(async () => {
  folder = await temporaryFolder('live-apart')
  servers = await realServers('live-apart')
  const clip = `${folder.path}/clip.mp4`
  await makeClip(clip, { seconds: 2, fps: 25, width: 320, height: 180 })
  const camera = (id: string, more = {}) => ({ id, name: id, source: `file://${clip}`, loop: true, fps: 1, ...more })
  const mask = [
    [0, 0],
    [0.3, 0],
    [0.3, 0.3],
  ]
  const cameras = [camera('plain', { models: [] }), camera('masked', { models: [], privacyMasks: [mask] })]
  const config = { ...servers.config, cameras, media: { live: { lingerSeconds: 1 } } }
  start = async (roles) => {
    const started = await startAppProcess({ dataDir: folder.path, config, roles })
    processes.push(started)
    return started
  }
  // one after the other: the first makes the tables
  api = await start('api')
  eyes = await start('eyes')
  const made = await api.post<{ password: string }>('/api/v1/users', { name: 'viewer', roles: ['viewer'] })
  viewer = (await api.post<{ token: string }>('/api/v1/login', { user: 'viewer', password: made.password })).token
}, 120_000)

afterAll(async () => {
  for (const socket of sockets) socket.terminate()
  for (const running of processes) await running.end('SIGKILL')
  await servers?.remove()
  await folder?.remove()
})

function watch(camera: string, format: string, token: string) {
  const url = `${api.url.replace('http', 'ws')}/api/v1/cameras/${camera}/live?format=${format}`
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  sockets.push(socket)
  const seen = { news: [] as Record<string, unknown>[], bytes: 0, first: undefined as Buffer | undefined, status: 101 }
  socket.on('message', (data: Buffer, binary) => {
    if (!binary) return void seen.news.push(JSON.parse(data.toString()) as Record<string, unknown>)
    seen.first ??= data
    seen.bytes += data.length
  })
  socket.on('unexpected-response', (_request, response) => {
    seen.status = response.statusCode ?? 0
  })
  socket.on('error', () => {})
  return Object.assign(seen, { close: () => socket.close() })
}

const metricsOf = async (app: AppProcess) => (await fetch(`${app.url}/metrics`)).text()

it('shows cameras of the eyes process at the api process, by role, while someone watches', async () => {
  const original = watch('plain', 'fmp4', testAdminToken)
  await expect.poll(() => original.bytes, patient).toBeGreaterThan(20_000)
  expect(original.news.at(-1)).toMatchObject({ type: 'begin', format: 'fmp4' })
  expect(original.first?.subarray(4, 8).toString('latin1')).toBe('ftyp')
  const refused = watch('masked', 'fmp4', viewer)
  await expect.poll(() => refused.status, patient).toBe(403)
  const masked = watch('masked', 'mpeg1', viewer)
  await expect.poll(() => masked.bytes, patient).toBeGreaterThan(10_000)
  expect(masked.first?.[0]).toBe(0x47)
  expect(await metricsOf(eyes)).not.toMatch(/qianliyan_live_streams\{/)
  expect(await metricsOf(api)).not.toMatch(/qianliyan_media_frames_decoded_total\{/)
  for (const seen of [original, masked]) seen.close()
  await expect.poll(async () => /qianliyan_rtsp_connections (\d+)/.exec(await metricsOf(eyes))?.[1], patient).toBe('0')
  const device = JSON.stringify(await api.get('/api/v1/devices/plain'))
  expect(device).not.toContain(String(eyes.rtspPort))
  for (const app of processes) expect(JSON.stringify(app.log)).not.toMatch(/live~\d/)
}, 120_000)

it('says so while no process has the camera, and goes on with the next one', async () => {
  const seen = watch('plain', 'fmp4', testAdminToken)
  await expect.poll(() => seen.bytes, patient).toBeGreaterThan(0)
  await eyes.end('SIGKILL')
  await expect.poll(() => seen.news.at(-1), patient).toMatchObject({ type: 'waiting', code: 'QLY_STREAM_UNREADABLE' })
  eyes = await start('eyes')
  await expect.poll(() => seen.news.at(-1)?.type, { timeout: 60_000 }).toBe('begin')
}, 120_000)
