// S3: the conformance suite against a server that checks every signature with AWS's own signer, then refusals and outages.
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { objectStoreConformance } from '../object-store.conformance.ts'
import { createS3ObjectStore } from './s3-object-store.ts'
import { createS3TestServer, type S3TestServer } from './s3-test-server.ts'

const configFor = (server: S3TestServer) => ({
  endpoint: server.endpoint,
  region: 'us-east-1',
  bucket: 'evidence-huqiu',
  ...server.credentials,
})
/** Temporary files go to a folder of this test's own, so that it can tell whether one was left. */
const temporary = mkdtempSync(join(tmpdir(), 'qly-s3-'))
process.env.TMPDIR = temporary
afterAll(() => rm(temporary, { recursive: true, force: true }))
const spooled = async () => (await readdir(temporary)).length

objectStoreConformance('S3', async () => {
  const server = await createS3TestServer()
  return {
    store: createS3ObjectStore({ clock: systemClock }, configFor(server)),
    damage: async (key) => {
      const stored = server.objects.get(`evidence-huqiu/${key}`)
      if (stored) stored.bytes = Buffer.from(stored.bytes.map((byte, index) => (index === 10 ? byte ^ 0xff : byte)))
    },
    count: async () => server.objects.size + (await spooled()),
    close: () => server.close(),
  }
})

describe('an S3 store', () => {
  const asPicture = { prefix: 'evidence', mediaType: 'image/jpeg', at: Date.parse('2020-06-28T06:00:00.000Z') }
  const unavailable = { code: 'QLY_STORAGE_UNAVAILABLE', retryable: true }
  let server: S3TestServer
  beforeEach(async () => {
    server = await createS3TestServer()
  })
  afterEach(() => server.close())
  const open = (more: Partial<ReturnType<typeof configFor>> = {}, clock = systemClock) =>
    createS3ObjectStore({ clock }, { ...configFor(server), ...more })

  it('makes its bucket, and takes one that is there', async () => {
    await open().start()
    await open().start()
    expect([...server.buckets]).toEqual(['evidence-huqiu'])
  })

  it('below a path of its endpoint signs that path', async () => {
    const behindProxy = open({ endpoint: `${server.endpoint}/` })
    await behindProxy.start()
    await expect(behindProxy.put(Buffer.from('x'), asPicture)).resolves.toMatchObject({ size: 1 })
  })

  it('tells the store the media type', async () => {
    const store = open()
    await store.start()
    const { key } = await store.put(Buffer.from('x'), asPicture)
    expect(server.objects.get(`evidence-huqiu/${key}`)?.mediaType).toBe('image/jpeg')
  })

  it.each([
    [{ secretAccessKey: 'wrong' }, 'secretAccessKey'],
    [{ accessKeyId: 'nobody' }, 'accessKeyId'],
  ])('with %j is refused at start, for good, saying what to check', async (wrong, hint) => {
    await expect(open(wrong).start()).rejects.toMatchObject({ code: 'QLY_STORAGE_UNAVAILABLE', retryable: false })
    await expect(open(wrong).put(Buffer.from('x'), asPicture)).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining(hint),
    })
    expect(server.objects.size).toBe(0)
  })

  it.each([{ endpoint: '' }, { bucket: '' }])('with %j is a fault of the configuration', async (wrong) => {
    await expect(open(wrong).start()).rejects.toMatchObject({ code: 'QLY_CONFIG_INVALID' })
  })

  it('tries again, from the first byte, after a cut connection, a busy server and a fault', async () => {
    const clock = createManualClock('2020-06-28T06:00:00.000Z')
    const store = open({}, clock)
    await store.start()
    const bytes = randomBytes(3_000_000)
    server.failNext('cut', 503, 500)
    const putting = store.put(Readable.from([bytes]), asPicture)
    for (const pause of [200, 800, 2000]) {
      await expect.poll(() => clock.pending).toBe(1)
      await clock.advance(pause)
    }
    const { key } = await putting
    expect((await buffer((await store.get(key)).stream)).equals(bytes)).toBe(true)
    expect(await spooled()).toBe(0)
  })

  it('that stays away is QLY_STORAGE_UNAVAILABLE, also at start, and keeps no temporary file', async () => {
    const clock = createManualClock('2020-06-28T06:00:00.000Z')
    const store = open({}, clock)
    await store.start()
    await server.close()
    const putting = expect(store.put(Readable.from([randomBytes(1000)]), asPicture)).rejects.toMatchObject(unavailable)
    let settled = false
    void putting.then(() => {
      settled = true
    })
    while (!settled) await clock.advance(1000)
    await putting
    await expect(store.check()).rejects.toMatchObject(unavailable)
    await expect(open().start()).rejects.toMatchObject(unavailable)
    expect(await spooled()).toBe(0)
  })

  it('that is full says so and is not asked again', async () => {
    const store = open()
    await store.start()
    const before = server.requests
    server.failNext(507)
    await expect(store.put(Buffer.from('x'), asPicture)).rejects.toMatchObject({ code: 'QLY_STORAGE_FULL' })
    expect(server.requests).toBe(before + 1)
  })

  it('that is stopped waits no longer for a store that is away', async () => {
    const clock = createManualClock('2020-06-28T06:00:00.000Z')
    const store = open({}, clock)
    await store.start()
    server.failNext(503, 503, 503, 503)
    const putting = expect(store.put(Buffer.from('x'), asPicture)).rejects.toMatchObject(unavailable)
    await expect.poll(() => clock.pending).toBe(1)
    await store.stop()
    await putting
  })
})
