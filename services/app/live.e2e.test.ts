// Live view as programs and browsers reach it: WebSockets of the running app, by role, with a client that does not read and a session that ends.
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { makeClip } from '../media/testing/make-clip.ts'
import { type AppProcess, startAppProcess, temporaryFolder, testAdminToken } from './testing/app-process.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let app: AppProcess
const tokens: Record<string, string> = { admin: testAdminToken }
const sockets: WebSocket[] = []
const mask = [
  [0, 0],
  [0.3, 0],
  [0.3, 0.3],
]

beforeAll(async () => {
  folder = await temporaryFolder('live')
  const clips = path.join(folder.path, 'clips')
  await mkdir(clips)
  const [plain, heavy] = [path.join(clips, 'plain.mp4'), path.join(clips, 'heavy.mp4')]
  await makeClip(plain, { seconds: 2, fps: 25, width: 320, height: 180 })
  const noise = { filters: 'noise=alls=100:allf=t', encoder: { crf: '4' } }
  await makeClip(heavy, { seconds: 1, fps: 25, width: 640, height: 360, ...noise })
  const camera = (id: string, file: string, more = {}) => ({
    id,
    name: id,
    source: pathToFileURL(file).href,
    loop: true,
    fps: 1,
    models: [],
    ...more,
  })
  app = await startAppProcess({
    dataDir: folder.path,
    roles: 'eyes,api',
    config: {
      cameras: [camera('plain', plain), camera('masked', plain, { privacyMasks: [mask] }), camera('heavy', heavy)],
      media: { live: { watcherQueueBytes: 200_000, lingerSeconds: 1 } },
    },
  })
  for (const role of ['operator', 'viewer', 'pilot', 'subscriber']) {
    const { password } = await app.post<{ password: string }>('/api/v1/users', { name: role, roles: [role] })
    const login = await app.post<{ token: string }>('/api/v1/login', { user: role, password })
    tokens[role] = login.token
  }
})

afterAll(async () => {
  for (const socket of sockets) socket.terminate()
  await app?.end('SIGTERM')
  await folder?.remove()
})

function watch(camera: string, format: string, headers: Record<string, string>) {
  const url = `${app.url.replace('http', 'ws')}/api/v1/cameras/${camera}/live?format=${format}`
  const socket = new WebSocket(url, { headers })
  sockets.push(socket)
  const seen = { texts: [] as Record<string, unknown>[], bytes: 0, closed: undefined as number | undefined }
  socket.on('message', (data: Buffer, binary) => {
    if (binary) seen.bytes += data.length
    else seen.texts.push(JSON.parse(data.toString()) as Record<string, unknown>)
  })
  socket.on('close', (code) => {
    seen.closed = code
  })
  const answer = new Promise<number>((resolve, reject) => {
    socket.on('open', () => resolve(101))
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', reject)
  })
  return Object.assign(seen, { socket, answer })
}
const as = (role: string) => ({ authorization: `Bearer ${tokens[role]}` })
const patient = { timeout: 20_000 }

describe('live view over a WebSocket', () => {
  it('has its cameras first', async () => {
    const cameras = () => app.get<{ items: { status: string }[] }>('/api/v1/cameras')
    const statuses = async () => (await cameras()).items.map(({ status }) => status)
    await expect.poll(statuses, patient).toEqual(['online', 'online', 'online'])
  })

  it.each([
    ['nobody', 'plain', 'mpeg1', {}, 401],
    ['a wrong token', 'plain', 'mpeg1', { authorization: 'Bearer wrong' }, 401],
    ['a token in the address only', 'plain', `mpeg1&access_token=${testAdminToken}`, {}, 401],
  ])('is not for %s', async (_who, camera, format, headers, status) => {
    expect(await watch(camera, format, headers as Record<string, string>).answer).toBe(status)
  })

  it.each([
    ['admin', 'plain', 'fmp4', 101],
    ['admin', 'masked', 'fmp4', 101],
    ['operator', 'plain', 'fmp4', 101],
    ['operator', 'masked', 'fmp4', 403],
    ['operator', 'masked', 'mpeg1', 101],
    ['viewer', 'plain', 'fmp4', 403],
    ['viewer', 'plain', 'mpeg1', 101],
    ['pilot', 'plain', 'mpeg1', 403],
    ['subscriber', 'plain', 'mpeg1', 403],
    ['admin', 'nowhere', 'mpeg1', 404],
    ['admin', 'plain', 'flv', 400],
  ])('%s, camera %s, %s: %i', async (role, camera, format, status) => {
    const seen = watch(camera, format, as(role))
    expect(await seen.answer).toBe(status)
    if (status !== 101) return
    await expect.poll(() => seen.bytes, patient).toBeGreaterThan(1000)
    expect(seen.texts.at(-1)).toMatchObject({ type: 'begin', format })
    seen.socket.close()
  })

  it('says which formats each role may watch', async () => {
    const formats = async (role: string) => {
      const response = await fetch(`${app.url}/api/v1/cameras`, { headers: as(role) })
      const { items } = (await response.json()) as { items: { id: string; live: string[] }[] }
      return Object.fromEntries(items.map(({ id, live }) => [id, live.join()]))
    }
    expect(await formats('operator')).toMatchObject({ plain: 'fmp4,mpeg1', masked: 'mpeg1' })
    expect(await formats('viewer')).toMatchObject({ plain: 'mpeg1', masked: 'mpeg1' })
    expect(await formats('pilot')).toMatchObject({ plain: '', masked: '' })
  })

  it('takes the cookie of a session, but not on pages of other sites', async () => {
    const cookie = `qly_session=${tokens.operator}`
    const foreign = watch('plain', 'fmp4', { cookie, origin: 'http://elsewhere.example' })
    expect(await foreign.answer).toBe(403)
    const own = watch('plain', 'fmp4', { cookie, origin: app.url })
    expect(await own.answer).toBe(101)
    await expect.poll(() => own.bytes, patient).toBeGreaterThan(1000)
    own.socket.close()
  })

  it('drops a watcher that does not read, and no other', async () => {
    const [good, slow] = [watch('heavy', 'fmp4', as('admin')), watch('heavy', 'fmp4', as('admin'))]
    await Promise.all([good.answer, slow.answer])
    await expect.poll(() => Math.min(good.bytes, slow.bytes), patient).toBeGreaterThan(0)
    slow.socket.pause()
    const dropped = async () => {
      const metrics = await (await fetch(`${app.url}/metrics`)).text()
      return Number(/qianliyan_live_dropped_total (\d+)/.exec(metrics)?.[1] ?? 0)
    }
    await expect.poll(dropped, patient).toBe(1)
    const before = good.bytes
    await expect.poll(() => good.bytes, patient).toBeGreaterThan(before)
    expect(good.closed).toBeUndefined()
    good.socket.close()
    slow.socket.resume()
    await expect.poll(() => slow.closed, patient).toBeDefined()
  })

  it('tells no credential in the log', () => {
    const log = JSON.stringify(app.log)
    expect(log).not.toMatch(/pass-[0-9a-f]{12}/)
    for (const token of Object.values(tokens)) expect(log).not.toContain(token)
  })
})
