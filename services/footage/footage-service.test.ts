// Footage through its own door: a tus client's requests over HTTP against the API with the footage room behind it.
import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiService, createApiService } from '../api/api-service.ts'
import type { FootageChanged } from '../contracts/events/footage-changed-v1.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { createFootageService } from './footage-service.ts'
import { readUploadMetadata } from './upload-metadata.ts'

const organisation = path.resolve(import.meta.dirname, '../../infra/huqiu/organisation.yaml')
const signal = new AbortController().signal
let kernel: TestKernel
let footage: Service & { upload: Parameters<typeof createApiService>[2]['upload'] }
let api: ApiService
const tokens: Record<string, string> = {}

beforeAll(async () => {
  kernel = await startTestKernel()
  const config = parseConfig(
    `cameras: []\ndataDir: ${kernel.directory}\norganisation: ${organisation}\nhttp: { port: 0, loginsPerMinute: 1000 }\nfootage: { maximumBytes: 1000000 }`,
    'test',
  )
  footage = createFootageService(kernel, config)
  api = createApiService(kernel, config, { check: async () => {}, upload: footage.upload })
  await footage.start(signal)
  await api.start(signal)
  const login = async (user: string, password: string) => {
    const answer = await fetch(url('/api/v1/login'), json({ user, password }))
    return ((await answer.json()) as { token: string }).token
  }
  tokens.admin = await login('admin', api.firstLogin?.password ?? '')
  for (const [name, role] of [
    ['wang', 'pilot'],
    ['zhao', 'pilot'],
    ['eye', 'viewer'],
  ] as const) {
    const answer = await fetch(url('/api/v1/users'), json({ name, roles: [role] }, tokens.admin))
    tokens[name] = await login(name, ((await answer.json()) as { password: string }).password)
  }
})

afterAll(async () => {
  await api.stop()
  await footage.stop()
  await kernel.stop()
})

const url = (route: string) => `http://127.0.0.1:${api.port}${route}`
const json = (body: object, token?: string) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
})

const metadata = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',')

const tus = (
  method: string,
  route: string,
  headers: Record<string, string>,
  options: { body?: Buffer; user?: string } = {},
) =>
  fetch(url(route), {
    method,
    headers: { 'tus-resumable': '1.0.0', authorization: `Bearer ${tokens[options.user ?? 'wang']}`, ...headers },
    ...(options.body ? { body: new Uint8Array(options.body) } : {}),
  })

const begin = (length: number, values: Record<string, string>, user?: string) =>
  tus(
    'POST',
    '/api/v1/footage/uploads',
    { 'upload-length': String(length), 'upload-metadata': metadata(values) },
    user ? { user } : {},
  )

const send = (location: string, offset: number, body: Buffer, user?: string) =>
  tus(
    'PATCH',
    location,
    { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    { body, ...(user ? { user } : {}) },
  )

const bytes = randomBytes(100_000)
const sha256 = createHash('sha256').update(bytes).digest('hex')

describe('an upload', () => {
  it('goes on after a break, is kept by its hash, and is told', async () => {
    const begun = await begin(bytes.length, { filename: '巡查 DJI_0010.MP4', flightId: 'flight-7', sha256 })
    expect(begun.status).toBe(201)
    const location = begun.headers.get('location') ?? ''
    expect((await send(location, 0, bytes.subarray(0, 60_000))).headers.get('upload-offset')).toBe('60000')
    expect((await tus('HEAD', location, {})).headers.get('upload-offset')).toBe('60000')
    expect((await send(location, 10, bytes.subarray(10))).status).toBe(409)
    const done = await send(location, 60_000, bytes.subarray(60_000))
    expect([done.status, done.headers.get('x-footage-sha256')]).toEqual([204, sha256])
    await expect
      .poll(async () => {
        const answer = await fetch(url('/api/v1/footage'), { headers: { authorization: `Bearer ${tokens.eye}` } })
        return ((await answer.json()) as { items: FootageChanged[] }).items
      })
      .toMatchObject([
        {
          state: 'uploaded',
          name: '巡查 DJI_0010.MP4',
          sizeBytes: 100_000,
          sha256,
          pilot: 'wang',
          flightId: 'flight-7',
        },
      ])
  })

  it('whose bytes are not what the pilot said is refused', async () => {
    const begun = await begin(10, { filename: 'a.mp4', sha256 })
    const answer = await send(begun.headers.get('location') ?? '', 0, bytes.subarray(0, 10))
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(`not ${sha256}`)
  })

  it('belongs to the pilot who began it, and is not for viewers', async () => {
    const location = (await begin(10, { filename: 'a.mp4' })).headers.get('location') ?? ''
    expect((await send(location, 0, bytes.subarray(0, 10), 'zhao')).status).toBe(403)
    expect((await tus('HEAD', location, {}, { user: 'zhao' })).status).toBe(403)
    expect((await begin(10, { filename: 'a.mp4' }, 'eye')).status).toBe(403)
    expect((await tus('DELETE', location, {})).status).toBe(204)
    expect([404, 410]).toContain((await tus('HEAD', location, {})).status)
  })

  it.each([
    ['a program', { filename: 'virus.exe' }, 10, 400],
    ['no name', {}, 10, 400],
    ['a path', { filename: '../../etc/a.mp4' }, 10, 400],
    ['too large', { filename: 'a.mp4' }, 1_000_001, 413],
  ])('of %s is refused', async (_name, values, length, status) => {
    expect((await begin(length, values as Record<string, string>)).status).toBe(status)
  })

  it('of another version of tus is refused', async () => {
    const answer = await tus('POST', '/api/v1/footage/uploads', {
      'tus-resumable': '0.2.2',
      'upload-length': '10',
      'upload-metadata': metadata({ filename: 'a.mp4' }),
    })
    expect(answer.status).toBe(412)
  })
})

describe('a side-car', () => {
  const upload = async (name: string, text: string) => {
    const body = Buffer.from(text)
    const location = (await begin(body.length, { filename: name, flightId: 'flight-8' })).headers.get('location') ?? ''
    const sent = await send(location, 0, body)
    const footageId = sent.headers.get('x-footage-id')
    const all = async () => {
      const answer = await fetch(url('/api/v1/footage'), { headers: { authorization: `Bearer ${tokens.eye}` } })
      const { items } = (await answer.json()) as { items: FootageChanged[] }
      return items.find((item) => item.footageId === footageId)
    }
    return { status: sent.status, all }
  }

  it('is read, and told with where and when the flight began', async () => {
    const cue = (second: number, gps: string) =>
      `${second}\r\n00:00:0${second},000 --> 00:00:0${second + 1},000\r\n2022.06.21 16:06:1${second}\r\nGPS(${gps},0.0M) BAROMETER:0.3M\r\n`
    const { status, all } = await upload('DJI_0010.SRT', `\uFEFF${cue(1, '0,0')}\r\n${cue(2, '31.3271,120.5884')}`)
    expect(status).toBe(204)
    await expect.poll(all).toMatchObject({
      state: 'analysed',
      name: 'DJI_0010.SRT',
      telemetry: { points: 2, location: [120.5884, 31.3271], beganAt: '2022-06-21T08:06:11.000Z' },
    })
  })

  it('that tells nothing is kept, and said to', async () => {
    const { status, all } = await upload('DJI_0011.SRT', 'not\u0000hing')
    expect(status).toBe(204)
    await expect.poll(all).toMatchObject({ state: 'failed', reason: 'the side-car tells nothing of a flight' })
  })
})

describe('metadata', () => {
  it.each(['a\u0000.mp4', `${'x'.repeat(256)}.mp4`, 'a.mp4/b', 'a'])('refuses %j', (filename) => {
    expect(() => readUploadMetadata({ filename })).toThrow(expect.objectContaining({ code: 'QLY_INPUT_INVALID' }))
  })
})
