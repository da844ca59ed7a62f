// Cameras over HTTP, through real sockets: streams of JPEGs, snapshots, credentials, redirects, and cameras that lie.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { Packet } from 'node-av'
import sharp from 'sharp'
import { Value } from 'typebox/value'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MediaConfig } from '../../contracts/config/media.ts'
import type { CameraFrame } from '../../contracts/frames.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { challenges, proves, readAuthorization } from '../rtsp/authorization.ts'
import { startCameraSource } from './camera-source.ts'
import { openHttp } from './http-input.ts'
import { boundaryOf, createPictureReader } from './multipart-pictures.ts'

let jpeg: Buffer
const cleanUps: (() => unknown)[] = []
beforeAll(async () => {
  const picture = { width: 64, height: 48, channels: 3, background: '#20a040' } as const
  jpeg = await sharp({ create: picture }).jpeg().toBuffer()
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function camera(answer: RequestListener): Promise<number> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const media = (changes = {}) => Value.Default(MediaConfig, { http: changes }) as MediaConfig
const options = (changes = {}) => ({
  clock: systemClock,
  fps: 20,
  verifyCertificates: false,
  limits: media(changes).http,
})

async function open(source: string, changes = {}) {
  const input = await openHttp(source, options(changes), new AbortController().signal)
  cleanUps.push(() => input.close())
  const packet = new Packet()
  packet.alloc()
  cleanUps.push(() => packet.free())
  return { input, next: async () => ((await input.next(packet)) ? Buffer.from(packet.data ?? []) : undefined) }
}

const sendStream: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=--frame' })
  const timer = setInterval(() => {
    response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`)
    response.write(jpeg)
    response.write('\r\n')
  }, 20)
  response.on('close', () => clearInterval(timer))
}

describe('the multipart reader', () => {
  it.each([
    ['multipart/x-mixed-replace; boundary=--frame', 'frame'],
    ['multipart/x-mixed-replace;boundary="a b"', 'a b'],
    ['image/jpeg', undefined],
  ])('knows the boundary of %s', (type, boundary) => expect(boundaryOf(type)).toBe(boundary))

  it('finds the same pictures however they are cut, with and without lengths', () => {
    const part = (body: Buffer, stated: boolean) =>
      Buffer.concat([
        Buffer.from(`--f\r\nContent-Type: image/jpeg\r\n${stated ? `Content-Length: ${body.length}\r\n` : ''}\r\n`),
        body,
      ])
    const picture = fc
      .uint8Array({ maxLength: 40 })
      .map((bytes) => Buffer.from([0xff, 0xd8, ...bytes.map((each) => each & 0x7e)]))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(picture, fc.boolean()), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        (given, step) => {
          const bytes = Buffer.concat([...given.map(([body, stated]) => part(body, stated)), Buffer.from('--f\r\n')])
          const reader = createPictureReader('f', 1000)
          const found: Buffer[] = []
          const size = 1 + (step % 30)
          for (let at = 0; at < bytes.length; at += size) found.push(...reader.push(bytes.subarray(at, at + size)))
          expect(found).toEqual(given.map(([body]) => body))
        },
      ),
    )
  })

  it('keeps no more than a picture, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 40 }), (pieces) => {
        const reader = createPictureReader('f', 1000)
        try {
          for (const piece of pieces) reader.push(Buffer.from(piece))
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
    const endless = createPictureReader('f', 1000)
    expect(() => endless.push(Buffer.alloc(10_000, 1))).toThrow(RangeError)
    expect(() => createPictureReader('f', 1000).push(Buffer.from('--f\r\nContent-Length: 5000\r\n\r\n'))).toThrow(
      /5000/,
    )
  })
})

describe('a camera over HTTP', () => {
  it('is seen like any other: decoded, sampled, cut', async () => {
    const source = `http://127.0.0.1:${await camera(sendStream)}/video`
    const frames: CameraFrame[] = []
    const cut = {
      id: 'all',
      region: [0, 0, 1, 1] as [number, number, number, number],
      width: 32,
      height: 32,
      letterbox: 'centre' as const,
    }
    const healths: string[] = []
    const running = startCameraSource(
      { clock: systemClock },
      media(),
      {
        plan: { cameraId: 'c', framesPerSecond: 20, cuts: [cut] },
        open: (signal) => openHttp(source, options(), signal),
        see: async (frame) => void frames.push(frame),
        loop: false,
        mode: 'live',
      },
      {
        onHealth: ({ status, reason }) => healths.push(`${status} ${reason}`),
        onDecoded() {},
        onSkipped() {},
        onDelivered() {},
        onDamaged() {},
        onReconnect() {},
        onFailed() {},
      },
    )
    cleanUps.push(() => running.stop())
    await expect.poll(() => frames.length, { timeout: 8000 }).toBeGreaterThan(3)
    expect(healths).toEqual(['online mjpeg 64×48'])
    expect(Math.abs((frames[0]?.capturedAt ?? 0) - Date.now())).toBeLessThan(8000)
  })

  it('gives snapshots again and again, and only new ones where it has ETags', async () => {
    let asked = 0
    const port = await camera((request, response) => {
      asked++
      const tag = asked > 4 ? '"b"' : '"a"'
      if (request.headers['if-none-match'] === tag) return response.writeHead(304, { etag: tag }).end()
      return response.writeHead(200, { 'content-type': 'image/jpeg', etag: tag }).end(jpeg)
    })
    const { next } = await open(`http://127.0.0.1:${port}/snap.jpg`)
    expect(await next()).toEqual(jpeg)
    expect(await next()).toEqual(jpeg)
    expect(asked).toBeGreaterThan(4)
  })

  it.each([
    [[0, 1, 2], 'digest, SHA-256'],
    [[1], 'digest, MD5'],
    [[2], 'basic'],
  ])('logs in (challenges %j: %s), and says when the password is wrong without showing it', async (offered) => {
    const port = await camera((request, response) => {
      const proof = readAuthorization(request.headers.authorization ?? '')
      if (proof && proves(proof, 'p@ss word', { method: 'GET', realm: 'cam', nonce: 'n' }))
        return response.writeHead(200, { 'content-type': 'image/jpeg' }).end(jpeg)
      const all = challenges('cam', 'n')
      return response.writeHead(401, { 'www-authenticate': offered.map((index) => all[index] ?? '') }).end()
    })
    const { next } = await open(`http://u:p%40ss%20word@127.0.0.1:${port}/snap?x=1`)
    expect(await next()).toEqual(jpeg)
    const wrong = open(`http://u:topsecret@127.0.0.1:${port}/snap`)
    await expect(wrong).rejects.toThrow(/401/)
    await expect(wrong).rejects.not.toThrow(/topsecret/)
  })

  it('is followed to itself, to another host only where that is allowed, and its password not at all', async () => {
    const seen: (string | undefined)[] = []
    const other = await camera((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end(jpeg)
    })
    const port = await camera((request, response) => {
      if (request.url === '/here') return response.writeHead(200, { 'content-type': 'image/jpeg' }).end(jpeg)
      const to =
        request.url === '/elsewhere' ? `http://localhost:${other}/x` : request.url === '/loop' ? '/loop' : '/here'
      return response.writeHead(302, { location: to }).end()
    })
    const base = `http://u:secret@127.0.0.1:${port}`
    expect(await (await open(`${base}/start`)).next()).toEqual(jpeg)
    await expect(open(`${base}/elsewhere`)).rejects.toThrow(/localhost.*redirectHosts/)
    await expect(open(`${base}/loop`)).rejects.toThrow(/again and again/)
    expect(await (await open(`${base}/elsewhere`, { redirectHosts: ['localhost'] })).next()).toEqual(jpeg)
    expect(seen.every((authorization) => authorization === undefined)).toBe(true)
  })

  it.each([
    ['sends a page', { 'content-type': 'text/html' }, 'hello', /text\/html, not JPEG/],
    [
      'says too large a length',
      { 'content-type': 'multipart/x-mixed-replace; boundary=f' },
      '--f\r\nContent-Length: 99999999\r\n\r\n',
      /99999999/,
    ],
    ['sends too much', { 'content-type': 'image/jpeg' }, 'x'.repeat(200_000), /more than 100000/],
    ['ends', { 'content-type': 'multipart/x-mixed-replace; boundary=f' }, '--f\r\n\r\n', /ended/],
  ])('that %s is told so', async (_, headers, body, reason) => {
    const port = await camera((_request, response) => response.writeHead(200, headers).end(body))
    const reading = (async () => (await open(`http://127.0.0.1:${port}/`, { maximumPictureBytes: 100_000 })).next())()
    await expect(reading).rejects.toThrow(reason)
    await expect(reading).rejects.toMatchObject({ code: 'QLY_STREAM_UNREADABLE' })
  })
})
