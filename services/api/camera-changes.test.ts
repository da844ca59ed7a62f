// Cameras added, changed and removed through the API: who may, what is refused and why, and that no credential is kept or shown as it is.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../contracts/config/config.ts'
import { type CameraDirectory, createCameraDirectory } from '../kernel/cameras/camera-directory.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import { createSealing } from '../kernel/secrets/sealing.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { type ApiService, createApiService } from './api-service.ts'

const root = path.resolve(import.meta.dirname, '../..')
const adminToken = 'test-admin-token-0123456789'
const secret = 'camera-p4ssword'

let kernel: TestKernel
let api: ApiService
let config: Config
let directory: CameraDirectory

const configFrom = () =>
  parseConfig(
    `cameras: [{ id: of-file, name: A, source: "rtsp://10.0.0.9/s" }]
organisation: ${path.join(root, 'infra/huqiu/organisation.yaml')}
vision: { modelsDirectory: ${path.join(root, 'models')} }
http: { port: 0, adminToken: ${adminToken}, loginsPerMinute: 1000, requestsPerMinute: 100000 }`,
    'test',
  )
const openDirectory = (of: Config, keyFile = 'secrets.key') =>
  createCameraDirectory({ ...kernel, sealing: createSealing(path.join(kernel.directory, keyFile)) }, of, {
    pollSeconds: 0.05,
  })

beforeAll(async () => {
  kernel = await startTestKernel()
  config = configFrom()
  directory = openDirectory(config)
  await directory.start(new AbortController().signal)
  const streams = async (address: string) => [
    {
      profile: 'p',
      name: null,
      codec: 'H264',
      width: 640,
      height: 360,
      fps: 25,
      source: `rtsp://${new URL(address).host}/1`,
    },
  ]
  const found = [{ id: 'urn:uuid:1', name: 'gate', hardware: null, address: 'http://10.0.0.8/onvif/device_service' }]
  const cameraSearch = { discover: async () => found, streams }
  api = createApiService(kernel, config, { check: async () => {}, cameras: directory, cameraSearch })
  await api.start(new AbortController().signal)
})
afterAll(async () => {
  await api.stop()
  await directory.stop()
  await kernel.stop()
})

async function call(method: string, route: string, body?: unknown, token = adminToken) {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(`http://127.0.0.1:${api.port}${route}`, { method, headers, ...json })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), text }
}

const square = [
  [0.1, 0.1],
  [0.9, 0.1],
  [0.9, 0.9],
]
const gate = (changes: object = {}) => ({
  id: 'gate',
  name: 'Gate',
  source: `rtsp://admin:${secret}@10.0.0.8:554/Streaming/Channels/102?token=${secret}`,
  models: [],
  zones: [{ id: 'kerb', kind: 'no_parking', polygon: square }],
  ...changes,
})

describe('a camera', () => {
  it('is added, seen without its credential by every process, changed and removed', async () => {
    const added = await call('POST', '/api/v1/cameras', gate())
    expect(added).toMatchObject({ status: 201, body: { id: 'gate', kind: 'cctv', fps: 5 } })
    const { items } = (await call('GET', '/api/v1/cameras')).body
    expect(items.map(({ id }: { id: string }) => id)).toEqual(['of-file', 'gate'])
    expect(items[1].source).toBe('rtsp://***@10.0.0.8:554/Streaming/Channels/102?***')
    expect(config.cameras[1]?.source).toContain(secret)

    const elsewhere = configFrom()
    const other = openDirectory(elsewhere)
    let changes = 0
    other.onChange(() => changes++)
    await other.start(new AbortController().signal)
    expect(elsewhere.cameras[1]).toEqual(config.cameras[1])

    const shown = (await call('GET', '/api/v1/cameras/gate')).body.source
    const changed = await call('PUT', '/api/v1/cameras/gate', gate({ name: 'North gate', source: shown }))
    expect(changed).toMatchObject({ status: 200, body: { name: 'North gate', source: shown } })
    expect(config.cameras[1]).toMatchObject({ name: 'North gate', source: gate().source })
    await expect.poll(() => elsewhere.cameras[1]?.name, { timeout: 5000 }).toBe('North gate')

    expect((await call('DELETE', '/api/v1/cameras/gate')).status).toBe(204)
    expect((await call('GET', '/api/v1/cameras/gate')).status).toBe(404)
    await expect.poll(() => elsewhere.cameras.length, { timeout: 5000 }).toBe(1)
    expect(changes).toBe(3)
    await other.stop()
    const trail = (await call('GET', '/api/v1/audit')).body.items.map(({ action }: { action: string }) => action)
    expect(trail.slice(0, 3)).toEqual(['camera.remove', 'camera.change', 'camera.add'])
  })

  it('has its credential in no answer, and in no file as it is', async () => {
    const texts = [
      (await call('POST', '/api/v1/cameras', gate({ id: 'secret-gate' }))).text,
      (await call('PUT', '/api/v1/cameras/secret-gate', gate({ id: 'secret-gate', name: 'S' }))).text,
      (await call('GET', '/api/v1/cameras')).text,
      (await call('GET', '/api/v1/audit')).text,
    ]
    const files = await readdir(kernel.directory, { recursive: true, withFileTypes: true })
    for (const file of files.filter((each) => each.isFile()))
      texts.push((await readFile(path.join(file.parentPath, file.name))).toString('latin1'))
    expect(texts.length).toBeGreaterThan(8)
    expect(texts.filter((text) => text.includes(secret))).toEqual([])
    expect(texts.some((text) => text.includes('secret-gate'))).toBe(true)

    const elsewhere = configFrom()
    const withOtherKey = openDirectory(elsewhere, 'other.key')
    await withOtherKey.start(new AbortController().signal)
    expect(elsewhere.cameras.map(({ id }) => id)).toEqual(['of-file'])
    await withOtherKey.stop()
    expect((await call('DELETE', '/api/v1/cameras/secret-gate')).status).toBe(204)
  })

  it.each<[string, object, number, RegExp]>([
    ['an unknown model', { models: ['nonsense'] }, 400, /no model "nonsense"/],
    ['a model by its path', { models: ['../../etc'] }, 400, /no model/],
    ['a file', { source: 'file:///etc/passwd' }, 400, /rtsp/],
    ['another scheme', { source: 'ftp://10.0.0.8/x' }, 400, /source/],
    ['no address', { source: 'rtsp://' }, 400, /source/],
    [
      'a polygon outside the picture',
      {
        zones: [
          {
            id: 'z',
            kind: 'watch',
            polygon: [
              [0, 0],
              [1.5, 0],
              [1, 1],
            ],
          },
        ],
      },
      400,
      /zones/,
    ],
    [
      'a polygon without area',
      {
        zones: [
          {
            id: 'z',
            kind: 'watch',
            polygon: [
              [0, 0],
              [1, 1],
              [0.5, 0.5],
            ],
          },
        ],
      },
      400,
      /no area/,
    ],
    [
      'two zones of one id',
      { zones: [1, 2].map(() => ({ id: 'z', kind: 'watch', polygon: square })) },
      400,
      /another zone/,
    ],
    ['what it does not know', { colour: 'red' }, 400, /additional/],
    ['an id that cannot be one', { id: '../x' }, 400, /id/],
    ['an id of the configuration file', { id: 'of-file' }, 409, /configuration file/],
  ])('with %s is refused with the reason', async (_, changes, status, reason) => {
    const refused = await call('POST', '/api/v1/cameras', gate(changes))
    expect(refused).toMatchObject({ status, body: { error: { message: expect.stringMatching(reason) } } })
    expect(config.cameras).toHaveLength(1)
  })

  it('is added once, changed only where it is one, and only by an administrator', async () => {
    expect((await call('POST', '/api/v1/cameras', gate())).status).toBe(201)
    expect(await call('POST', '/api/v1/cameras', gate())).toMatchObject({
      status: 409,
      body: { error: { code: 'QLY_CONFLICT' } },
    })
    expect((await call('PUT', '/api/v1/cameras/gate', gate({ id: 'other' }))).status).toBe(400)
    expect((await call('PUT', '/api/v1/cameras/gate', gate({ source: 'rtsp://***@10.9.9.9/x' }))).status).toBe(400)
    expect((await call('PUT', '/api/v1/cameras/no', gate({ id: 'no' }))).status).toBe(404)
    for (const method of ['PUT', 'DELETE'])
      expect(
        await call(method, '/api/v1/cameras/of-file', method === 'PUT' ? gate({ id: 'of-file' }) : undefined),
      ).toMatchObject({
        status: 409,
        body: { error: { message: expect.stringContaining('configuration file') } },
      })
    const { body: made } = await call('POST', '/api/v1/users', { name: 'op', roles: ['operator'] })
    const { body: session } = await call('POST', '/api/v1/login', { user: 'op', password: made.password })
    expect((await call('POST', '/api/v1/cameras', gate({ id: 'x' }), session.token)).status).toBe(403)
    expect((await call('DELETE', '/api/v1/cameras/gate', undefined, session.token)).status).toBe(403)
    expect((await call('GET', '/api/v1/cameras/discovered', undefined, session.token)).status).toBe(403)
    expect((await call('DELETE', '/api/v1/cameras/gate')).status).toBe(204)
  })
})

describe('cameras in the network', () => {
  it('are found, and asked for their streams', async () => {
    const { items } = (await call('GET', '/api/v1/cameras/discovered')).body
    expect(items).toMatchObject([{ id: 'urn:uuid:1', name: 'gate' }])
    const given = { address: items[0].address, user: 'admin', password: secret }
    const { status, body } = await call('POST', '/api/v1/cameras/discovered/streams', given)
    expect([status, body.items[0].source]).toEqual([200, 'rtsp://10.0.0.8/1'])
    const { text } = await call('GET', '/api/v1/audit')
    expect(text).toContain('camera.look_up')
    expect(text).not.toContain(secret)
  })
})
