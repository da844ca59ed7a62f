// Playing over UDP and over TLS, through the door: packets reach the ports of the player's own address, silence ends it, an end is told.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { testCertificates } from '../../broker/testing/certificates.ts'
import { createManualClock } from '../../kernel/clock/manual-clock.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { readRtp } from '../rtsp/rtp.ts'
import { header } from '../rtsp/rtsp-message.ts'
import { playRtsp } from '../rtsp-client/play-rtsp.ts'
import { readRtspAddress } from '../rtsp-client/rtsp-address.ts'
import { callRtsp } from '../testing/rtsp-caller.ts'
import { createRtspServer, type RtspServer } from './rtsp-server.ts'

const credential = { user: 'cam', password: 'secret' }
const cleanUps: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function serve(clock = systemClock, tls?: { port: number; certificate: string; key: string }) {
  const server = createRtspServer(
    { clock, logger: silentLogger, registry: createMetrics() },
    {
      bind: '127.0.0.1',
      port: 0,
      udp: { enabled: true, port: 0 },
      failedLoginsPerMinute: 1000,
      ...(tls ? { tls } : {}),
      maximumSessions: 20,
      idleSeconds: 30,
      playerQueueBytes: 4_194_304,
      groupCacheBytes: 4_194_304,
    },
    { verify: ({ matches }) => matches(credential.password) },
  )
  await server.start()
  cleanUps.push(() => server.stop())
  return server
}

const url = (server: RtspServer) => `rtsp://127.0.0.1:${server.port}/cam`

async function publish(server: RtspServer) {
  const caller = await callRtsp(server.port, credential)
  cleanUps.push(() => caller.close())
  const description = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:streamid=0\r\n'
  await caller.ask('ANNOUNCE', url(server), { 'Content-Type': 'application/sdp' }, description)
  await caller.ask('SETUP', `${url(server)}/streamid=0`, { Transport: 'RTP/AVP/TCP;interleaved=0-1;mode=record' })
  expect((await caller.ask('RECORD', url(server))).status).toBe(200)
  return {
    ...caller,
    /** Sends numbered packets; resolves once the server has them. */
    async send(from: number, to: number, size = 100) {
      for (let n = from; n <= to; n++) caller.raw(interleaved(n, size))
      await caller.ask('GET_PARAMETER', url(server))
    },
  }
}

/** Packet 1 and every tenth after it begin a key frame. */
function interleaved(n: number, size: number): Buffer {
  const bytes = Buffer.alloc(16 + size)
  bytes.set([0x24, 0, (12 + size) >> 8, (12 + size) & 0xff, 0x80, 96])
  bytes.writeUInt16BE(n, 6)
  bytes.writeUInt32BE(n * 3000, 8)
  bytes.writeUInt32BE(4242, 12)
  bytes[16] = n % 10 === 1 ? 0x65 : 0x41
  return bytes
}

async function bindSocket(): Promise<{ socket: Socket; port: number; next: () => Promise<Buffer> }> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  cleanUps.push(() => void socket.close())
  const got: Buffer[] = []
  const waiting: ((bytes: Buffer) => void)[] = []
  socket.on('message', (bytes) => {
    const resolve = waiting.shift()
    if (resolve) resolve(bytes)
    else got.push(bytes)
  })
  const next = () =>
    new Promise<Buffer>((resolve) => {
      const first = got.shift()
      if (first) resolve(first)
      else waiting.push(resolve)
    })
  return { socket, port: socket.address().port, next }
}

async function playUdp(server: RtspServer) {
  const [media, control] = [await bindSocket(), await bindSocket()]
  const caller = await callRtsp(server.port, credential)
  cleanUps.push(() => caller.close())
  expect((await caller.ask('DESCRIBE', url(server))).status).toBe(200)
  const transport = { Transport: `RTP/AVP;unicast;client_port=${media.port}-${control.port}` }
  const answer = await caller.ask('SETUP', `${url(server)}/trackID=0`, transport)
  expect(answer.status).toBe(200)
  const ports = /server_port=(\d+)-(\d+)/.exec(header(answer.headers, 'transport') ?? '')
  expect((await caller.ask('PLAY', url(server))).status).toBe(200)
  const sequence = async () => readRtp(await media.next())?.sequence
  return { caller, media, control, sequence, serverRtcp: Number(ports?.[2]) }
}

describe('playing over UDP', () => {
  it('begins a late player at the cached key frame, pauses, goes on, and says goodbye at the end', async () => {
    const server = await serve()
    const publisher = await publish(server)
    await publisher.send(1, 15)
    const { caller, control, sequence } = await playUdp(server)
    for (let n = 11; n <= 15; n++) expect(await sequence()).toBe(n)
    await publisher.send(16, 16)
    expect(await sequence()).toBe(16)
    expect((await caller.ask('PAUSE', url(server))).status).toBe(200)
    await publisher.send(17, 22)
    expect((await caller.ask('PLAY', url(server))).status).toBe(200)
    // 21 and 22, the group that began meanwhile, numbered on from what came before the pause (RFC 2326 appendix B)
    for (let n = 17; n <= 18; n++) expect(await sequence()).toBe(n)
    publisher.close()
    const goodbye = await control.next()
    expect([goodbye[9], goodbye.readUInt32BE(12)]).toEqual([203, 4242])
    await caller.closed
  })

  it('gives a large cached group whole and in order to our own client', async () => {
    const server = await serve()
    const publisher = await publish(server)
    publisher.raw(interleaved(1, 1400))
    for (let n = 2; n <= 1500; n++) publisher.raw(interleaved(n % 10 === 1 ? n * 10 + 2 : n, 1400).fill(0x41, 16, 17))
    await publisher.ask('GET_PARAMETER', url(server))
    let packets = 0
    const ending = new AbortController()
    const playback = await playRtsp(readRtspAddress(url(server)), {
      clock: systemClock,
      signal: ending.signal,
      credential,
      transport: 'udp',
      verifyCertificates: true,
      onPacket: () => packets++,
      onReport: () => {},
      onClosed: () => {},
    })
    await expect.poll(() => packets, { timeout: 5000 }).toBeGreaterThan(1000)
    playback.close()
  })

  it('ends a player that shows no sign of life; reports to our port are one', async () => {
    const clock = createManualClock()
    const server = await serve(clock)
    const publisher = await publish(server)
    const { caller, control, serverRtcp } = await playUdp(server)
    const silent = await playUdp(server)
    const stranger = await bindSocket()
    for (let round = 0; round < 3; round++) {
      await clock.advance(12_000)
      await publisher.send(1, 1)
      const answered = new Promise((resolve) =>
        control.socket.send(Buffer.from('rr'), serverRtcp, '127.0.0.1', resolve),
      )
      stranger.socket.send(Buffer.from('rr'), serverRtcp, '127.0.0.1')
      await answered
      // one answer on the connection of another player: the server's loop has been round
      await (await callRtsp(server.port)).ask('OPTIONS', '*')
    }
    await silent.caller.closed
    expect(server.streams.get('cam')?.players).toBe(1)
    expect((await caller.ask('TEARDOWN', url(server))).status).toBe(200)
  })
})

describe('RTSPS', () => {
  it('plays over TLS; UDP, which would not be encrypted, is refused there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'qly-rtsps-'))
    cleanUps.push(() => rm(folder, { recursive: true }))
    const tls = { port: 0, certificate: join(folder, 'server.pem'), key: join(folder, 'key.pem') }
    await writeFile(tls.certificate, testCertificates.server.certificate)
    await writeFile(tls.key, testCertificates.server.key)
    const server = await serve(systemClock, tls)
    const publisher = await publish(server)
    await publisher.send(1, 3)
    const address = readRtspAddress(`rtsps://127.0.0.1:${server.tlsPort}/cam`)
    const play = async (transport: 'tcp' | 'udp', verifyCertificates: boolean) => {
      const ending = new AbortController()
      const got: number[] = []
      const playback = await playRtsp(address, {
        clock: systemClock,
        signal: ending.signal,
        credential,
        transport,
        verifyCertificates,
        onPacket: ({ sequence }) => got.push(sequence),
        onReport: () => {},
        onClosed: () => {},
      })
      cleanUps.push(() => playback.close())
      return got
    }
    const got = await play('tcp', false)
    await expect.poll(() => got).toEqual([1, 2, 3])
    await expect(play('udp', false)).rejects.toThrow(/461/)
    await expect(play('tcp', true)).rejects.toMatchObject({ code: 'QLY_STREAM_UNREADABLE' })
  })
})
