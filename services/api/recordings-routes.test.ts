// Recordings over HTTP: who may see them, ranges of bytes, bad times and paths, and evidence clips of cameras with and without privacy masks.
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { alertChangedV1 } from '../contracts/events/alert-changed-v1.ts'
import type { EvidenceRecorded } from '../contracts/events/evidence-recorded-v1.ts'
import type { CameraPacketSink } from '../contracts/packets.ts'
import type { RecordingTimeline } from '../contracts/recordings.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { makeClip } from '../media/testing/make-clip.ts'
import { openMediaFile } from '../recording/playback/read-media-file.ts'
import { createRecordingService, type RecordingService } from '../recording/recording-service.ts'
import { play, readReel } from '../recording/testing/recording-plant.ts'
import { type ApiService, createApiService } from './api-service.ts'

const adminToken = 'test-admin-token-0123456789'
const startedAt = Date.now() - 20_000
const iso = (ms: number) => new Date(startedAt + ms).toISOString()
const patient = { timeout: 10_000, interval: 30 }
const tokens: Record<string, string> = { admin: adminToken }
const clips: EvidenceRecorded[] = []
const sinks: CameraPacketSink[] = []

let kernel: TestKernel
let api: ApiService
let recording: RecordingService

beforeAll(async () => {
  kernel = await startTestKernel()
  const config = parseConfig(
    `dataDir: ${kernel.directory}
cameras:
  - { id: plain, name: A, source: "rtsp://127.0.0.1/a" }
  - { id: masked, name: B, source: "rtsp://127.0.0.1/b", privacyMasks: [[[0, 0], [0.5, 0], [0.5, 1]]] }
http: { port: 0, adminToken: ${adminToken}, requestsPerMinute: 100000, loginsPerMinute: 1000 }
recording: { mode: continuous, segmentSeconds: 2, minimumFreeBytes: 0, clip: { beforeSeconds: 2, afterSeconds: 1 } }`,
    'test',
  )
  recording = createRecordingService(kernel, config, { records: true })
  await recording.start(new AbortController().signal)
  api = createApiService(kernel, config, { check: async () => {}, recordings: recording.library })
  await api.start(new AbortController().signal)
  for (const role of ['operator', 'subscriber', 'pilot', 'viewer']) {
    const { password } = (await (await send('POST', '/api/v1/users', { name: role, roles: [role] })).json()) as {
      password: string
    }
    const login = await send('POST', '/api/v1/login', { user: role, password })
    tokens[role] = ((await login.json()) as { token: string }).token
  }
  await kernel.bus.tail({ topics: ['qly.recording.v1'], from: 'earliest' }, ({ event }) => {
    if (event.type === 'cn.qianliyan.evidence.recorded.v1') clips.push(event.data)
  })
  const file = path.join(kernel.directory, 'reel.mp4')
  await makeClip(file, { seconds: 8, fps: 10, width: 160, height: 120, group: 10 })
  const reel = await readReel(file, startedAt)
  for (const camera of config.cameras) {
    const sink = recording.packets.open(camera)
    play(sink, reel)
    // still held: whoever has a camera makes its clips
    sinks.push(sink)
    await vi.waitUntil(async () => (await segments(camera.id)).length === 4, patient)
  }
})

afterAll(async () => {
  await api?.stop()
  for (const sink of sinks) await sink.close()
  await recording?.stop()
  await kernel?.stop()
})

const url = (route: string) => `http://127.0.0.1:${api.port}${route}`
const send = (method: string, route: string, body: unknown) =>
  fetch(url(route), {
    method,
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
  })
const get = (route: string, role = 'admin', headers: Record<string, string> = {}) =>
  fetch(url(route), { headers: { ...(role === '' ? {} : { authorization: `Bearer ${tokens[role]}` }), ...headers } })
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())
const period = `from=${iso(0)}&to=${iso(9000)}`
const segments = async (camera = 'plain') =>
  ((await (await get(`/api/v1/cameras/${camera}/recordings?${period}`)).json()) as RecordingTimeline).segments

describe('who sees recordings', () => {
  const all = ['', '/sightings', '/playlist.m3u8', '/clip.mp4']
  it.each([
    ['admin', 'plain', 200],
    ['admin', 'masked', 200],
    ['operator', 'plain', 200],
    ['operator', 'masked', 403],
    ['subscriber', 'plain', 200],
    ['subscriber', 'masked', 403],
    ['pilot', 'plain', 403],
    ['viewer', 'plain', 403],
    ['', 'plain', 401],
  ])('%s, camera %s: %i', async (role, camera, status) => {
    for (const each of all)
      expect((await get(`/api/v1/cameras/${camera}/recordings${each}?${period}`, role)).status).toBe(status)
    const [first] = await segments(camera)
    expect((await get(first?.url ?? '', role)).status).toBe(status)
    if (role === '') return
    const { items } = (await (await get('/api/v1/cameras', role)).json()) as {
      items: { id: string; recordings: boolean }[]
    }
    expect(items.find(({ id }) => id === camera)?.recordings).toBe(status === 200)
  })

  it('checks them only as admin', async () => {
    for (const role of ['operator', 'viewer', 'subscriber', 'pilot']) {
      const headers = { authorization: `Bearer ${tokens[role]}`, 'content-type': 'application/json' }
      const answer = await fetch(url('/api/v1/recordings/check'), { method: 'POST', body: '{}', headers })
      expect(answer.status).toBe(403)
    }
    const answer = await send('POST', '/api/v1/recordings/check', { repair: false })
    expect(await answer.json()).toMatchObject({
      filesWithoutRows: [],
      rowsWithoutFiles: [],
      unreadable: [],
      evidenceWrong: [],
    })
  })
})

describe('a segment', () => {
  it.each([
    ['bytes=0-99', 206, (whole: Buffer) => whole.subarray(0, 100)],
    ['bytes=100-', 206, (whole: Buffer) => whole.subarray(100)],
    ['bytes=-10', 206, (whole: Buffer) => whole.subarray(-10)],
    ['bytes=0-99999999', 206, (whole: Buffer) => whole],
    ['bytes=1-2,5-9', 200, (whole: Buffer) => whole],
    ['bytes=9-1', 416, () => Buffer.alloc(0)],
    ['bytes=99999999-', 416, () => Buffer.alloc(0)],
    ['furlongs=1-2', 200, (whole: Buffer) => whole],
  ])('asked for %s is answered %i', async (range, status, part) => {
    const [first] = await segments()
    for (const shift of ['', '?shift=4000']) {
      const whole = await bytesOf(await get(`${first?.url}${shift}`))
      expect(whole.length).toBe(first?.bytes)
      const answer = await get(`${first?.url}${shift}`, 'admin', { range })
      expect(answer.status).toBe(status)
      expect(await bytesOf(answer)).toEqual(part(whole))
      if (status === 206)
        expect(answer.headers.get('content-range')).toMatch(new RegExp(`^bytes \\d+-\\d+/${whole.length}$`))
      if (status === 416) expect(answer.headers.get('content-range')).toBe(`bytes */${whole.length}`)
    }
  })

  it('is the same pictures later when a playlist shifts it', async () => {
    const [first] = await segments()
    const shown = async (query: string) => {
      const file = path.join(kernel.directory, 'segment.mp4')
      await writeFile(file, await bytesOf(await get(`${first?.url}${query}`)))
      const media = await openMediaFile(file)
      const all: { at: number; hash: string }[] = []
      for await (const { shownMs, bytes } of media.packets())
        all.push({ at: Math.round(shownMs), hash: createHash('sha256').update(bytes).digest('hex') })
      await media.close()
      return all
    }
    const plain = await shown('')
    expect(plain).toHaveLength(20)
    expect(await shown('?shift=3600500')).toEqual(plain.map(({ at, hash }) => ({ at: at + 3_600_500, hash })))
  })
})

describe('what makes no sense', () => {
  const day = 86_400_000
  it.each([
    [`?from=${iso(9000)}&to=${iso(0)}`, 400],
    [`?from=${iso(0)}`, 400],
    ['?from=yesterday&to=today', 400],
    [`?from=${iso(0)}&to=${iso(32 * day)}`, 400],
    [`/playlist.m3u8?from=${iso(0)}&to=${iso(day)}`, 400],
    [`/clip.mp4?from=${iso(0)}&to=${iso(7_200_000)}`, 400],
    [`/sightings?from=${iso(0)}&to=${iso(2 * day)}`, 400],
    [`/playlist.m3u8?from=${iso(-9_000_000)}&to=${iso(-8_000_000)}`, 404],
    [`/clip.mp4?from=${iso(-9_000_000)}&to=${iso(-8_000_000)}`, 404],
    ['/segments/1.mp4', 404],
    ['/segments/x.mp4', 404],
    ['/segments/-1.mp4', 404],
    [`/segments/${'9'.repeat(60)}.mp4`, 400],
    ['/segments/..%2f..%2f..%2fetc%2fpasswd', 404],
    ['/segments/%2e%2e', 404],
    ['/segments/..%5c..%5cdatabase', 404],
    ['/segments/%00.mp4', 404],
    [`/segments/${startedAt}.mp4?shift=-1`, 400],
    [`/segments/${startedAt}.mp4?shift=99999999999`, 400],
    [`/segments/${startedAt}.mp4?shift=soon`, 400],
  ])('%s: %i', async (route, status) => {
    const answer = await get(`/api/v1/cameras/plain/recordings${route}`)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error: { code: expect.stringMatching(/^QLY_/) } })
  })

  it('of a camera that is not there, or not one', async () => {
    for (const id of ['nowhere', '..%2fplain', '%2e%2e'])
      expect((await get(`/api/v1/cameras/${id}/recordings?${period}`)).status).toBe(404)
  })
})

describe('evidence clips', () => {
  it('of a masked camera are for those who may look under the mask, of another for those who may see faces', async () => {
    const opened = (camera: string) => ({
      topic: 'qly.alert.v1' as const,
      event: createEvent(
        alertChangedV1,
        { source: '/alerts', id: `${camera}/1`, time: startedAt + 4000 },
        {
          alert: {
            ...alertChangedV1.example.alert,
            id: `alert-${camera}`,
            source: { camera },
            openedAt: iso(4000),
            evidence: [],
          },
          step: { action: 'opened' as const, by: 'system:alerts', at: iso(4000) },
        },
      ),
    })
    await kernel.bus.publish([opened('plain'), opened('masked')])
    await expect.poll(() => clips.length, patient).toBe(2)
    const expected = {
      admin: [200, 200],
      operator: [200, 403],
      subscriber: [200, 403],
      viewer: [403, 403],
      pilot: [403, 403],
    }
    for (const [role, statuses] of Object.entries(expected)) {
      for (const [n, camera] of ['plain', 'masked'].entries()) {
        const proof = clips.find(({ cameraId }) => cameraId === camera)?.evidence[0]
        const answer = await get(proof?.url ?? '', role)
        expect([role, camera, answer.status]).toEqual([role, camera, statuses[n]])
        const body = await bytesOf(answer)
        if (answer.status !== 200) continue
        expect(answer.headers.get('content-type')).toBe('video/mp4')
        expect(createHash('sha256').update(body).digest('hex')).toBe(proof?.sha256)
      }
    }
  })

  it('of a camera that is not configured any more are for admins', async () => {
    const { key } = await kernel.objectStore.put(Buffer.from('x'), {
      prefix: 'evidence/clips/gone',
      mediaType: 'video/mp4',
      at: startedAt,
    })
    expect((await get(`/api/v1/evidence/${key}`, 'operator')).status).toBe(403)
    expect((await get(`/api/v1/evidence/${key}`)).status).toBe(200)
  })
})
