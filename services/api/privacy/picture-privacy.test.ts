// Pictures for roles that may not see faces and plates: what stays sharp, what does not, and who gets which, through the API's door.
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PictureBox } from '../../contracts/geometry.ts'
import { parseConfig } from '../../kernel/config/load-config.ts'
import { writePictureNotes } from '../../kernel/pictures/picture-notes.ts'
import { startTestKernel, type TestKernel } from '../../kernel/testing/test-kernel.ts'
import { type ApiService, createApiService } from '../api-service.ts'
import { blurredPicture } from './blurred-picture.ts'
import { createPictureCache } from './picture-cache.ts'

const [width, height] = [480, 270]

/** Black and white columns of two pixels: where they can be told apart, a face or a plate can be, too. */
async function stripes(): Promise<Buffer> {
  const rgb = Buffer.alloc(width * height * 3)
  for (let n = 0; n < width * height; n++) rgb.fill((n % width) % 4 < 2 ? 0 : 255, n * 3, n * 3 + 3)
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer()
}

/** Contrast of neighbouring columns around a place: about 255 where sharp, near 0 where coarse. */
async function sharpness(jpeg: Buffer): Promise<(x: number, y: number) => number> {
  const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true })
  return (x, y) => {
    const start = Math.round(y * info.height) * info.width + Math.round(x * info.width)
    const values = Array.from({ length: 4 }, (_, n) => data[start + n] ?? 0)
    return Math.max(...values) - Math.min(...values)
  }
}

describe('a blurred picture', () => {
  it('is coarse everywhere where nothing is known of it', async () => {
    const sharpAt = await sharpness(await blurredPicture(await stripes()))
    for (const x of [0.1, 0.5, 0.9]) for (const y of [0.1, 0.5, 0.9]) expect(sharpAt(x, y)).toBeLessThan(60)
  })

  it('keeps what a model looked at, but heads of persons and plates of vehicles', async () => {
    const person: PictureBox = [0.2, 0.2, 0.3, 0.8]
    const car: PictureBox = [0.5, 0.3, 0.8, 0.7]
    const rider: PictureBox = [0.86, 0.3, 0.96, 0.8]
    const unknown: PictureBox = [0.35, 0.4, 0.45, 0.6]
    const smoke: PictureBox = [0.35, 0.7, 0.45, 0.9]
    const noted = writePictureNotes(await stripes(), {
      regions: [[0.1, 0.1, 1, 1]],
      objects: [
        { label: 'person', box: person },
        { label: 'car', box: car },
        { label: 'two_wheeler', box: rider },
        { label: 'face_mask', box: unknown },
        { label: 'smoke', box: smoke },
      ],
    })
    const sharpAt = await sharpness(await blurredPicture(noted))
    const coarse = [
      [0.05, 0.5],
      [0.25, 0.3],
      [0.25, 0.16],
      [0.65, 0.62],
      [0.65, 0.71],
      [0.91, 0.4],
      [0.91, 0.72],
      [0.4, 0.5],
    ]
    const clear = [
      [0.25, 0.7],
      [0.65, 0.4],
      [0.49, 0.5],
      [0.15, 0.9],
      [0.4, 0.8],
      [0.91, 0.52],
    ]
    for (const [x, y] of coarse) expect([x, y, sharpAt(x!, y!) < 60]).toEqual([x, y, true])
    for (const [x, y] of clear) expect([x, y, sharpAt(x!, y!) > 180]).toEqual([x, y, true])
  })
})

describe('the cache of blurred pictures', () => {
  it('makes each once, also when asked twice at once, and keeps the newest used within its bytes', async () => {
    const cache = createPictureCache(250)
    const made: string[] = []
    const ask = (key: string) =>
      cache.of(key, async () => {
        made.push(key)
        return Buffer.alloc(100)
      })
    await Promise.all([ask('a'), ask('a')])
    for (const key of ['b', 'a', 'c', 'a', 'b']) await ask(key)
    expect(made).toEqual(['a', 'b', 'c', 'b'])
    await expect(cache.of('x', () => Promise.reject(new Error('unreadable')))).rejects.toThrow('unreadable')
    await ask('x')
    expect(made.at(-1)).toBe('x')
  })
})

describe('evidence, by role', () => {
  const adminToken = 'test-admin-token-0123456789'
  let kernel: TestKernel
  const apis: ApiService[] = []
  const tokens: Record<string, string> = {}
  const keys: Record<string, string> = {}

  /** with and without a camera that has masks */
  beforeAll(async () => {
    kernel = await startTestKernel()
    for (const masks of ['', ', privacyMasks: [[[0,0],[1,0],[1,1]]]']) {
      const organisation = path.resolve(import.meta.dirname, '../../../infra/huqiu/organisation.yaml')
      const config = parseConfig(
        `cameras: [{ id: cam-1, name: A, source: "rtsp://10.0.0.9/s"${masks} }]
organisation: ${organisation}
http: { port: 0, adminToken: ${adminToken}, loginsPerMinute: 1000 }`,
        'test',
      )
      const api = createApiService(kernel, config, { check: async () => {} })
      await api.start(new AbortController().signal)
      apis.push(api)
    }
    const post = async (route: string, body: unknown) => {
      const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' }
      const answer = await fetch(`http://127.0.0.1:${apis[0]?.port}${route}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      return (await answer.json()) as Record<string, string>
    }
    tokens.admin = adminToken
    for (const role of ['operator', 'pilot', 'subscriber', 'viewer']) {
      const { password } = await post('/api/v1/users', { name: role, roles: [role] })
      tokens[role] = (await post('/api/v1/login', { user: role, password })).token ?? ''
    }
    const at = Date.parse('2020-06-28T06:00:00Z')
    const put = async (name: string, bytes: Buffer, prefix: string, mediaType: string) => {
      keys[name] = (await kernel.objectStore.put(bytes, { prefix, mediaType, at })).key
    }
    await put('picture', await stripes(), 'evidence', 'image/jpeg')
    await put('clip', Buffer.from('clip'), 'evidence', 'video/mp4')
    await put('footage', Buffer.from('footage'), 'footage', 'video/mp4')
  })
  afterAll(async () => {
    for (const api of apis) await api.stop()
    await kernel.stop()
  })

  const get = (role: string, what: string, masked = false) =>
    fetch(`http://127.0.0.1:${apis[masked ? 1 : 0]?.port}/api/v1/evidence/${keys[what]}`, {
      headers: { authorization: `Bearer ${tokens[role]}` },
    })

  it.each([
    ['admin', 'sharp'],
    ['operator', 'sharp'],
    ['subscriber', 'sharp'],
    ['pilot', 'coarse'],
    ['viewer', 'coarse'],
  ])('%s gets the picture %s', async (role, expected) => {
    const answer = await get(role, 'picture')
    expect([answer.status, answer.headers.get('vary')]).toEqual([200, expect.stringMatching(/cookie, authorization/)])
    const sharpAt = await sharpness(Buffer.from(await answer.arrayBuffer()))
    if (expected === 'sharp') expect(sharpAt(0.5, 0.5)).toBeGreaterThan(180)
    else expect(sharpAt(0.5, 0.5)).toBeLessThan(60)
  })

  it.each([
    ['admin', 'clip', 200, 200],
    ['operator', 'clip', 200, 403],
    ['subscriber', 'clip', 200, 403],
    ['pilot', 'clip', 403, 403],
    ['viewer', 'clip', 403, 403],
    ['pilot', 'footage', 200, 200],
    ['viewer', 'footage', 403, 403],
  ])('%s asks for %s: %i, and where a camera has masks %i', async (role, what, plain, masked) => {
    expect([(await get(role, what)).status, (await get(role, what, true)).status]).toEqual([plain, masked])
  })
})
