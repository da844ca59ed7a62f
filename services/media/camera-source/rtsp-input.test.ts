// Cameras over RTSP, through our own server and through servers that misbehave: frames with sane times, reconnects, stalls, hangs and lies.
import { createServer, type Server, type Socket } from 'node:net'
import { AV_LOG_QUIET, Log } from 'node-av'
import { Value } from 'typebox/value'
import { afterEach, describe, expect, it } from 'vitest'
import { MediaConfig } from '../../contracts/config/media.ts'
import type { CameraFrame, FramePlan } from '../../contracts/frames.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { createRtspReader, interleavedHeader, writeResponse } from '../rtsp/rtsp-message.ts'
import { readRtspAddress } from '../rtsp-client/rtsp-address.ts'
import { createRtspServer, type RtspServer } from '../rtsp-server/rtsp-server.ts'
import { type ClipOptions, makeClip } from '../testing/make-clip.ts'
import { callRtsp } from '../testing/rtsp-caller.ts'
import { type CameraHealth, startCameraSource } from './camera-source.ts'
import { openRtsp } from './rtsp-input.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const plan: FramePlan = {
  cameraId: 'cam',
  framesPerSecond: 10,
  cuts: [{ id: 'all', region: [0, 0, 1, 1], width: 64, height: 64, letterbox: 'centre' }],
}

async function serve(port = 0): Promise<RtspServer> {
  const server = createRtspServer(
    { clock: systemClock, logger: silentLogger, registry: createMetrics() },
    {
      bind: '127.0.0.1',
      port,
      udp: { enabled: true, port: 0 },
      failedLoginsPerMinute: 1000,
      maximumSessions: 20,
      idleSeconds: 60,
      playerQueueBytes: 1e6,
      groupCacheBytes: 1e6,
    },
    { verify: ({ matches }) => matches('p@ss/word') },
  )
  await server.start()
  cleanUps.push(() => server.stop())
  return server
}

const publish = (port: number, seconds: number, changes: Partial<ClipOptions> = {}) =>
  makeClip(`rtsp://cam:p%40ss%2Fword@127.0.0.1:${port}/cam`, {
    seconds,
    fps: 25,
    width: 160,
    height: 120,
    group: 12,
    realTime: true,
    ...changes,
  })

function look(source: string, changes: Partial<MediaConfig> = {}) {
  const config = Value.Default(MediaConfig, {
    reconnect: { initialMs: 20, maximumMs: 100, jitter: 0 },
    ...changes,
  }) as MediaConfig
  Log.setLevel(AV_LOG_QUIET)
  const seen: CameraFrame[] = []
  const healths: CameraHealth[] = []
  const counts = { reconnects: 0, failed: 0, decoded: 0, damaged: 0 }
  const address = readRtspAddress(source)
  const options = {
    clock: systemClock,
    credential: address.credential,
    transport: 'tcp',
    verifyCertificates: false,
  } as const
  const camera = startCameraSource(
    { clock: systemClock },
    config,
    {
      plan,
      open: (signal) => openRtsp(address, options, signal),
      see: async (frame) => void seen.push(frame),
      loop: false,
      mode: 'live',
    },
    {
      onHealth: (health) => healths.push(health),
      onDecoded: () => counts.decoded++,
      onSkipped: () => {},
      onDelivered: () => {},
      onDamaged: () => counts.damaged++,
      onReconnect: () => counts.reconnects++,
      onFailed: () => counts.failed++,
    },
  )
  cleanUps.push(() => camera.stop())
  return { camera, seen, healths, counts }
}

/** A server whose behaviour the test writes: called for each request with how to answer. */
async function pretend(
  behave: (
    method: string,
    answer: (status: number, headers?: Record<string, string>, body?: string) => void,
    socket: Socket,
  ) => void,
): Promise<number> {
  const server: Server = createServer((socket) => {
    const reader = createRtspReader()
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      for (const item of reader.push(bytes as Buffer)) {
        if (item.kind !== 'request') continue
        const sequence = item.headers.get('cseq')?.[0] ?? ''
        behave(
          item.method,
          (status, headers = {}, body = '') => {
            socket.write(writeResponse(status, 'x', [['CSeq', sequence], ...Object.entries(headers)], body))
          },
          socket,
        )
      }
    })
    cleanUps.push(() => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

const description = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=0\r\n'
const withDescription =
  (text = description) =>
  (method: string, answer: (status: number, headers?: Record<string, string>, body?: string) => void) => {
    if (method === 'DESCRIBE') answer(200, { 'Content-Type': 'application/sdp' }, text)
    else answer(200, { Session: 'x', Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' })
  }

describe('a camera over RTSP', () => {
  it('is seen at its rate, at the times of its wall clock, and comes back when its publisher does', async () => {
    const server = await serve()
    const first = publish(server.port, 2)
    await expect.poll(() => server.streams.size, { timeout: 5000 }).toBe(1)
    const { seen, healths, counts } = look(`rtsp://cam:p%40ss%2Fword@127.0.0.1:${server.port}/cam`)
    await expect.poll(() => seen.length, { timeout: 5000 }).toBeGreaterThan(8)
    const latest = seen.at(-1)!
    expect(Math.abs(Date.now() - latest.capturedAt)).toBeLessThan(2000)
    await first
    await expect.poll(() => healths.at(-1)?.status, { timeout: 5000 }).toBe('offline')
    const before = seen.length
    const second = publish(server.port, 2, { width: 320 })
    await expect.poll(() => seen.length, { timeout: 8000 }).toBeGreaterThan(before + 3)
    expect(healths.map(({ status }) => status).filter((status) => status !== 'offline')).toEqual(['online', 'online'])
    expect(seen.filter(({ discontinuity }) => discontinuity).map(({ width }) => width)).toEqual([160, 320])
    seen.forEach((frame, index) => {
      if (index > 0) expect(frame.capturedAt).toBeGreaterThan(seen[index - 1]!.capturedAt)
    })
    expect(counts).toMatchObject({ failed: 0, damaged: 0 })
    await second
  })

  it('is offline when it is connected and no picture ever comes, and tried again', async () => {
    const port = await pretend(withDescription())
    const { healths, counts } = look(`rtsp://127.0.0.1:${port}/cam`, { openSeconds: 1, stallSeconds: 1 })
    await expect.poll(() => counts.reconnects, { timeout: 5000 }).toBeGreaterThan(0)
    expect(healths).toEqual([{ status: 'offline', reason: 'no picture for 1 s' }])
  })

  it('is stalled when its pictures stop though it stays connected', async () => {
    const server = await serve()
    const publishing = publish(server.port, 1)
    await expect.poll(() => server.streams.size, { timeout: 5000 }).toBe(1)
    const player = await callRtsp(server.port, { user: 'cam', password: 'p@ss/word' })
    const url = `rtsp://127.0.0.1:${server.port}/cam`
    const text = (await player.ask('DESCRIBE', url)).body.toString()
    await player.ask('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' })
    await player.ask('PLAY', url)
    const packets: Buffer[] = []
    while (packets.length < 12) packets.push((await player.data()).payload)
    player.close()
    await publishing
    const port = await pretend((method, answer, socket) => {
      withDescription(text)(method, answer)
      if (method === 'PLAY')
        for (const each of packets) socket.write(Buffer.concat([interleavedHeader(0, each.length), each]))
    })
    const { healths, counts } = look(`rtsp://127.0.0.1:${port}/cam`, { stallSeconds: 1 })
    await expect.poll(() => counts.reconnects, { timeout: 5000 }).toBeGreaterThan(0)
    expect(healths.slice(0, 2)).toEqual([
      { status: 'online', reason: 'h264 160×120' },
      { status: 'stalled', reason: 'no picture for 1 s' },
    ])
  })

  it('says so when the camera hangs before it answers; others go on, and stopping is prompt', async () => {
    const port = await pretend(() => {})
    const hanging = Array.from({ length: 8 }, () => look(`rtsp://127.0.0.1:${port}/cam`, { openSeconds: 30 }))
    const server = await serve()
    const publishing = publish(server.port, 2)
    await expect.poll(() => server.streams.size, { timeout: 5000 }).toBe(1)
    const good = look(`rtsp://cam:p%40ss%2Fword@127.0.0.1:${server.port}/cam`)
    await expect.poll(() => good.seen.length, { timeout: 5000 }).toBeGreaterThan(5)
    const began = performance.now()
    await Promise.all(hanging.map(({ camera }) => camera.stop()))
    expect(performance.now() - began).toBeLessThan(500)
    expect(hanging.every(({ healths }) => healths.length === 0)).toBe(true)
    await publishing
  })

  it.each([
    [
      'refuses the credential',
      (_: string, answer: (status: number, headers?: Record<string, string>) => void) =>
        answer(401, { 'WWW-Authenticate': 'Basic realm="x"' }),
      /user or password is wrong/,
    ],
    ['has no such path', (_: string, answer: (status: number) => void) => answer(404), /no such stream \(404\)/],
    ['sends no description', withDescription('hello'), /description cannot be read/],
    ['has no video', withDescription('v=0\r\nm=audio 0 RTP/AVP 8\r\n'), /no video/],
    [
      'has another codec',
      withDescription('v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n'),
      /VP8; set the camera to H264 or H265/,
    ],
    [
      'speaks something else',
      (_: string, __: unknown, socket: Socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n'),
      /does not speak RTSP/,
    ],
    ['hangs up', (_: string, __: unknown, socket: Socket) => void socket.destroy(), /closed/],
  ])('is offline with the reason when it %s; no password is told', async (_, behave, reason) => {
    const port = await pretend(behave)
    const { healths, counts } = look(`rtsp://admin:geheim@127.0.0.1:${port}/cam`)
    await expect.poll(() => counts.reconnects, { timeout: 5000 }).toBeGreaterThan(1)
    expect(healths).toEqual([{ status: 'offline', reason: expect.stringMatching(reason) }])
    expect(JSON.stringify(healths)).not.toContain('geheim')
  })

  it('is given up when it lies about its codec, and tried again', async () => {
    const port = await pretend((method, answer, socket) => {
      withDescription()(method, answer)
      if (method !== 'PLAY') return
      for (let n = 0; n < 250; n++) {
        const rtp = Buffer.alloc(40, n)
        rtp.set([0x80, 0xe0, n >> 8, n & 0xff])
        rtp.writeUInt32BE(n * 3600, 4)
        rtp[12] = 0x65
        socket.write(Buffer.concat([interleavedHeader(0, rtp.length), rtp]))
      }
    })
    const { healths, counts, seen } = look(`rtsp://127.0.0.1:${port}/cam`)
    await expect.poll(() => counts.reconnects, { timeout: 8000 }).toBeGreaterThan(0)
    expect(healths.at(-1)).toMatchObject({
      status: 'offline',
      reason: expect.stringMatching(/cannot be decoded as h264/),
    })
    expect([seen.length, counts.damaged > 50]).toEqual([0, true])
  })
})
