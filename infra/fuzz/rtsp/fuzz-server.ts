// Mutated sessions through real sockets against our server, while a good publisher and a good player go on. Afterwards nothing of the bad ones is left.
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { systemClock } from '../../../services/kernel/clock/system-clock.ts'
import { silentLogger } from '../../../services/kernel/logging/logger.ts'
import { createMetrics } from '../../../services/kernel/metrics/metrics.ts'
import { header } from '../../../services/media/rtsp/rtsp-message.ts'
import { playRtsp } from '../../../services/media/rtsp-client/play-rtsp.ts'
import { readRtspAddress } from '../../../services/media/rtsp-client/rtsp-address.ts'
import { createRtspServer } from '../../../services/media/rtsp-server/rtsp-server.ts'
import { callRtsp } from '../../../services/media/testing/rtsp-caller.ts'
import { createRandom, type Random } from '../../../simulators/random.ts'
import { corpus, description, packets, rtcp } from './corpus.ts'
import { script } from './fuzz-readers.ts'
import { mutate, mutateBytes } from './mutate.ts'

export interface ServerResult {
  readonly connections: number
  readonly closedByServer: number
  readonly answers: number
  /** packets that the good player got meanwhile */
  readonly goodPackets: number
  /** the longest that a good connection waited for an answer meanwhile, milliseconds */
  readonly slowest: number
}

const atOnce = 16
/** Few: what comes after the first fault is not read. */
const messagesAConnection = 6
/** A connection whose bytes the server has not taken in this time has made it hang. */
const patienceMs = 20_000

/** Sends this many mutated messages; `each` is called after every thousand. Rejects if the server stops serving good clients, or keeps bad ones. */
export async function fuzzServer(seed: number, inputs: number, each: () => void = () => {}): Promise<ServerResult> {
  const server = createRtspServer(
    { clock: systemClock, logger: silentLogger, registry: createMetrics() },
    {
      bind: '127.0.0.1',
      port: 0,
      udp: { enabled: true, port: 0 },
      failedLoginsPerMinute: 1_000_000,
      maximumSessions: 64,
      idleSeconds: 60,
      playerQueueBytes: 1_000_000,
      groupCacheBytes: 1_000_000,
    },
    { verify: ({ password, user, matches }) => (password === 'secret' && user === 'fuzz') || matches('good secret') },
  )
  await server.start()
  const result = { connections: 0, closedByServer: 0, answers: 0, goodPackets: 0, slowest: 0 }
  const good = await startGoodClients(server.port, result)
  let left = inputs
  const worker = async (random: Random) => {
    while (left > 0) {
      const messages: Buffer[] = []
      for (const [message, spare] of script(random, messagesAConnection)) {
        messages.push(spare ? message : mutate(random, message, corpus))
        if (spare) continue
        if (left-- % 1000 === 0) each()
        if (left <= 0) break
      }
      await sendAll(server.port, messages, result, good.sent)
    }
  }
  const shaking = shakeMediaPorts(createRandom(seed ^ 0x5eed), good.mediaPorts)
  await Promise.all(Array.from({ length: atOnce }, (_, n) => worker(createRandom(seed).fork(n))))
  await good.sent()
  await until(
    () => result.goodPackets >= good.published(),
    () => 'the good player lost packets',
  )
  shaking()
  good.close()
  await until(
    () => server.streams.size === 0 && server.connections === 0,
    () => `${server.connections} connections and ${server.streams.size} streams are left`,
  )
  await server.stop()
  return result
}

/** A publisher that sends whenever asked, and a player that counts. */
async function startGoodClients(port: number, result: { goodPackets: number; slowest: number }) {
  const url = `rtsp://127.0.0.1:${port}/good`
  const credential = { user: 'good', password: 'good secret' }
  const publisher = await callRtsp(port, credential)
  await publisher.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, description)
  const setUp = await publisher.ask('SETUP', `${url}/streamid=0`, {
    Transport: 'RTP/AVP/TCP;interleaved=0-1;mode=record',
  })
  const recording = await publisher.ask('RECORD', url)
  if (setUp.status !== 200 || recording.status !== 200) throw new Error('the good publisher was refused')
  const ending = new AbortController()
  const playback = await playRtsp(readRtspAddress(url), {
    clock: systemClock,
    signal: ending.signal,
    credential,
    transport: 'tcp',
    verifyCertificates: true,
    onPacket: () => void result.goodPackets++,
    onReport: () => {},
    onClosed: () => {},
  })
  const udp = await callRtsp(port, credential)
  await udp.ask('DESCRIBE', url)
  const ports = await udp.ask('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP;unicast;client_port=45000-45001' })
  const [, rtpPort, rtcpPort] = /server_port=(\d+)-(\d+)/.exec(header(ports.headers, 'transport') ?? '') ?? []
  let published = 0
  let busy: Promise<unknown> = Promise.resolve()
  return {
    mediaPorts: [Number(rtpPort), Number(rtcpPort)],
    published: () => published,
    /** Publishes a packet and waits until the server has it, and the player. */
    sent() {
      busy = busy.then(async () => {
        publisher.raw(packets[0] ?? Buffer.alloc(0))
        published++
        const began = performance.now()
        const answer = await publisher.ask('GET_PARAMETER', url)
        result.slowest = Math.max(result.slowest, performance.now() - began)
        if (answer.status !== 200) throw new Error(`the good publisher was answered ${answer.status}`)
      })
      return busy
    },
    close() {
      playback.close()
      udp.close()
      publisher.close()
    },
  }
}

async function until(done: () => boolean, reason: () => string): Promise<void> {
  const end = performance.now() + 5000
  while (!done()) {
    if (performance.now() > end) throw new Error(reason())
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** One bad connection: sends all, half-closes, and waits until the server has closed it. */
async function sendAll(
  port: number,
  messages: readonly Buffer[],
  result: { connections: number; closedByServer: number; answers: number },
  proof: () => Promise<unknown>,
): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  // a reset is one way of ending it
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  result.connections++
  socket.on('data', (bytes: Buffer) => {
    result.answers += bytes.toString('latin1').split('RTSP/1.0 ').length - 1
  })
  socket.once('end', () => void result.closedByServer++)
  for (const message of messages) if (socket.writable) socket.write(message)
  socket.end()
  const timer = setTimeout(() => socket.destroy(new Error('hang')), patienceMs)
  await closed
  clearTimeout(timer)
  if (socket.errored?.message === 'hang') throw new Error(`the server did not end a connection in ${patienceMs} ms`)
  if (result.connections % 20 === 0) await proof()
}

/** Throws mutated RTCP at the server's UDP ports; returns how to end it. */
function shakeMediaPorts(random: Random, ports: readonly number[]): () => void {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  const timer = setInterval(() => {
    for (const port of ports) socket.send(mutateBytes(random, random.pick(rtcp), rtcp), port, '127.0.0.1', () => {})
  }, 5)
  return () => {
    clearInterval(timer)
    socket.close()
  }
}
