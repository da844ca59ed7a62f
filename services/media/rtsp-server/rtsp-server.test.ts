// The server through its door: node-av publishes and plays, raw connections misbehave, the publisher is never harmed.

import { Dictionary, FormatContext, Packet } from 'node-av'
import { afterEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../kernel/clock/manual-clock.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { startingRole } from '../rtsp/nal-units.ts'
import { readRtp } from '../rtsp/rtp.ts'
import { header } from '../rtsp/rtsp-message.ts'
import { makeClip } from '../testing/make-clip.ts'
import { callRtsp, type RtspCaller } from '../testing/rtsp-caller.ts'
import { createRtspServer, type RtspServer } from './rtsp-server.ts'

const limits = {
  bind: '127.0.0.1',
  port: 0,
  udp: { enabled: true, port: 0 },
  failedLoginsPerMinute: 1000,
  maximumSessions: 20,
  idleSeconds: 60,
  playerQueueBytes: 65_536,
  groupCacheBytes: 65_536,
}
const cleanUps: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function serve(changes: Partial<typeof limits> = {}, clock = systemClock) {
  const registry = createMetrics()
  const server = createRtspServer(
    { clock, logger: silentLogger, registry },
    { ...limits, ...changes },
    {
      verify: ({ user, path, matches }) => user === path && matches(`secret of ${user}`),
    },
  )
  await server.start()
  cleanUps.push(() => server.stop())
  return { server, registry }
}

async function call(server: RtspServer, user?: string): Promise<RtspCaller> {
  const caller = await callRtsp(server.port, user === undefined ? undefined : { user, password: `secret of ${user}` })
  cleanUps.push(() => caller.close())
  return caller
}

const description = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:streamid=0\r\n'
const url = (server: RtspServer, path: string) => `rtsp://127.0.0.1:${server.port}/${path}`

async function publishRaw(server: RtspServer, path: string): Promise<RtspCaller> {
  const caller = await call(server, path)
  expect(
    (await caller.ask('ANNOUNCE', url(server, path), { 'Content-Type': 'application/sdp' }, description)).status,
  ).toBe(200)
  const transport = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record' }
  expect((await caller.ask('SETUP', `${url(server, path)}/streamid=0`, transport)).status).toBe(200)
  expect((await caller.ask('RECORD', url(server, path))).status).toBe(200)
  return caller
}

async function playRaw(server: RtspServer, path: string): Promise<RtspCaller> {
  const caller = await call(server, path)
  expect((await caller.ask('DESCRIBE', url(server, path))).status).toBe(200)
  const transport = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }
  expect((await caller.ask('SETUP', `${url(server, path)}/trackID=0`, transport)).status).toBe(200)
  expect((await caller.ask('PLAY', url(server, path))).status).toBe(200)
  return caller
}

function videoPacket(sequence: number, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(16 + payload.length)
  bytes.set([0x24, 0, (12 + payload.length) >> 8, (12 + payload.length) & 0xff, 0x80, 96])
  bytes.writeUInt16BE(sequence & 0xffff, 6)
  bytes.writeUInt32BE(sequence * 3000, 8)
  payload.copy(bytes, 16)
  return bytes
}
const keyFrame = Buffer.from([0x65, 1, 2, 3])

describe('the RTSP server', () => {
  it('takes a stream from node-av and gives it to a late node-av player, which begins at a key frame', async () => {
    const { server } = await serve({ groupCacheBytes: 4_000_000 })
    const publishing = makeClip(`rtsp://cam:secret%20of%20cam@127.0.0.1:${server.port}/cam`, {
      seconds: 3,
      fps: 25,
      width: 320,
      height: 240,
      group: 25,
      realTime: true,
    })
    await expect.poll(() => server.streams.has('cam'), { timeout: 5000 }).toBe(true)
    const input = new FormatContext()
    input.allocContext()
    const options = Dictionary.fromObject({ rtsp_transport: 'tcp', timeout: '5000000' })
    expect(await input.openInput(`rtsp://cam:secret%20of%20cam@127.0.0.1:${server.port}/cam`, null, options)).toBe(0)
    expect(await input.findStreamInfo(null)).toBe(0)
    const { width, height } = input.streams[0]!.codecpar
    expect([width, height]).toEqual([320, 240])
    expect(server.streams.get('cam')?.players).toBe(1)
    const packet = new Packet()
    packet.alloc()
    expect(await input.readFrame(packet)).toBe(0)
    expect(packet.isKeyframe).toBe(true)
    let packets = 1
    while ((await input.readFrame(packet)) >= 0) packets++
    expect(packets).toBeGreaterThan(20)
    packet.free()
    await input.closeInput()
    await publishing
    await expect.poll(() => server.streams.size).toBe(0)
  })

  it('demands a credential of publishers and players, and closes on a guesser', async () => {
    const { server } = await serve()
    await publishRaw(server, 'cam')
    const stranger = await call(server)
    const refused = await stranger.ask('DESCRIBE', url(server, 'cam'))
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')?.map((value) => value.split(' ')[0])).toEqual([
      'Digest',
      'Digest',
      'Basic',
    ])
    expect((await stranger.ask('SETUP', `${url(server, 'cam')}/trackID=0`, { Transport: 'RTP/AVP/TCP' })).status).toBe(
      401,
    )
    const other = await call(server, 'other')
    expect((await other.ask('DESCRIBE', url(server, 'cam'))).status).toBe(401)
    expect(
      (await other.ask('ANNOUNCE', url(server, 'cam'), { 'Content-Type': 'application/sdp' }, description)).status,
    ).toBe(401)
    const guesser = await call(server)
    const guess = { Authorization: `Basic ${btoa('cam:guess')}` }
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await guesser.ask('DESCRIBE', url(server, 'cam'), guess)).status).toBe(401)
    await guesser.closed
    const basic = await call(server)
    expect(
      (await basic.ask('DESCRIBE', url(server, 'cam'), { Authorization: `Basic ${btoa('cam:secret of cam')}` })).status,
    ).toBe(200)
  })

  it('gives a late player the cached key frame first, over the channel that it asked for', async () => {
    const { server } = await serve()
    const publisher = await publishRaw(server, 'cam')
    for (let n = 1; n <= 40; n++) publisher.raw(videoPacket(n, n % 10 === 1 ? keyFrame : Buffer.from([0x41, n])))
    // the server handles a connection in order: once this is answered, the packets before it have been taken
    await publisher.ask('GET_PARAMETER', url(server, 'cam'))
    const player = await playRaw(server, 'cam')
    const first = await player.data()
    const rtp = readRtp(first.payload)
    expect([first.channel, rtp?.sequence, rtp && startingRole('H264', rtp.payload)]).toEqual([0, 31, 'key'])
    for (let n = 32; n <= 40; n++) expect(readRtp((await player.data()).payload)?.sequence).toBe(n)
    publisher.raw(videoPacket(41, keyFrame))
    expect(readRtp((await player.data()).payload)?.sequence).toBe(41)
    expect((await player.ask('PAUSE', url(server, 'cam'))).status).toBe(200)
    expect((await player.ask('TEARDOWN', url(server, 'cam'))).status).toBe(200)
    await player.closed
  })

  it('drops a player that does not read, never the publisher or another player', async () => {
    const { server, registry } = await serve()
    const publisher = await publishRaw(server, 'cam')
    const slow = await playRaw(server, 'cam')
    const good = await playRaw(server, 'cam')
    slow.socket.pause()
    let got = 0
    const reading = (async () => {
      for (;;) {
        await good.data()
        got++
      }
    })().catch(() => {})
    const big = Buffer.concat([keyFrame, Buffer.alloc(30_000)])
    let sent = 0
    for (let round = 0; round < 400 && server.streams.get('cam')?.players === 2; round++) {
      for (let n = 0; n < 10; n++) publisher.raw(videoPacket(++sent, big))
      await publisher.ask('GET_PARAMETER', url(server, 'cam'))
    }
    expect(server.streams.get('cam')?.players).toBe(1)
    expect(await registry.metrics()).toContain('qianliyan_rtsp_dropped_total{reason="slow"} 1')
    publisher.raw(videoPacket(++sent, keyFrame))
    await expect.poll(() => got).toBe(sent)
    good.close()
    await reading
  })

  it('hands a path to a new publisher with the right credential, and tells players that the old one is gone', async () => {
    const { server } = await serve()
    const old = await publishRaw(server, 'cam')
    const player = await playRaw(server, 'cam')
    await publishRaw(server, 'cam')
    await Promise.all([old.closed, player.closed])
    expect([...server.streams.keys()]).toEqual(['cam'])
    await playRaw(server, 'cam')
  })

  it('answers garbage with 400 and closes; nobody else notices', async () => {
    const { server } = await serve()
    await publishRaw(server, 'cam')
    const garbage = await call(server)
    garbage.raw('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect((await garbage.answer()).status).toBe(400)
    await garbage.closed
    const unnumbered = await call(server)
    unnumbered.raw('OPTIONS * RTSP/1.0\r\n\r\n')
    expect((await unnumbered.answer()).status).toBe(400)
    await unnumbered.closed
    const options = await (await call(server)).ask('OPTIONS', '*')
    expect([options.status, header(options.headers, 'public')]).toEqual([200, expect.stringContaining('RECORD')])
    expect(server.streams.size).toBe(1)
  })

  it('closes connections that stay silent, strangers sooner', async () => {
    const clock = createManualClock()
    const { server } = await serve({ idleSeconds: 30 }, clock)
    const stranger = await call(server)
    await stranger.ask('OPTIONS', '*')
    const publisher = await publishRaw(server, 'cam')
    await clock.advance(10_000)
    await stranger.closed
    await clock.advance(15_000)
    expect((await publisher.ask('GET_PARAMETER', url(server, 'cam'))).status).toBe(200)
    await clock.advance(29_000)
    expect(server.streams.size).toBe(1)
    await clock.advance(2_000)
    await publisher.closed
    expect(server.streams.size).toBe(0)
  })

  it('refuses connections beyond its number, and a port that is in use', async () => {
    const { server } = await serve({ maximumSessions: 1 })
    await (await call(server)).ask('OPTIONS', '*')
    const second = await call(server)
    expect((await second.answer()).status).toBe(503)
    await second.closed
    const rival = createRtspServer(
      { clock: systemClock, logger: silentLogger, registry: createMetrics() },
      { ...limits, port: server.port },
      { verify: () => true },
    )
    await expect(rival.start()).rejects.toMatchObject({ code: 'QLY_PORT_IN_USE' })
  })
})
