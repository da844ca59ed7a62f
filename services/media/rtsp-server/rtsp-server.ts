// RTSP server: cameras, drones and simulators publish (ANNOUNCE, RECORD) over the RTSP connection, others play over it or over UDP.
// The publisher is never held up: a player that does not keep pace is dropped.
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { RtspConfig } from '../../contracts/config/engines.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { counter, gauge } from '../../kernel/metrics/metrics.ts'
import { type Listeners, openListeners } from '../../kernel/network/listeners.ts'
import { createLoginLimiter } from '../../kernel/network/login-limiter.ts'
import type { IntakeLimits } from '../limits/intake.ts'
import { writeResponse } from '../rtsp/rtsp-message.ts'
import type { Track } from '../rtsp/session-description.ts'
import { createMediaPorts } from './media-ports.ts'
import type { RtspCredentials } from './permission.ts'
import { createPublishedStream, type PublishedStream } from './published-stream.ts'
import { serveConnection } from './rtsp-connection.ts'
import { reasonOf } from './status.ts'

export interface RtspServer {
  /** The port it listens on; 0 before start. */
  readonly port: number
  /** The port of RTSPS; undefined without `tls`, 0 before start. */
  readonly tlsPort: number | undefined
  /** Open connections of publishers and players. */
  readonly connections: number
  /** Paths that someone publishes, with the number of their players. */
  readonly streams: ReadonlyMap<string, { readonly players: number }>
  /** Publishes what this process pulls from elsewhere; undefined where someone publishes the path already. Whoever announces it takes it over. */
  publish(
    path: string,
    tracks: readonly Track[],
  ): { readonly stream: PublishedStream; readonly giveUp: () => void } | undefined
  /** Resolves when the path is published the next time; rejects when the signal aborts. */
  nextPublication(path: string, signal: AbortSignal): Promise<void>
  /** Listens. QLY_PORT_IN_USE if another program has a port, QLY_CONFIG_INVALID if a certificate cannot be read. */
  start(): Promise<void>
  /** Closes every connection; resolves when all are gone. Idempotent. */
  stop(): Promise<void>
}

export function createRtspServer(
  deps: Pick<Kernel, 'clock' | 'logger' | 'registry'>,
  config: RtspConfig & { readonly bind: string; readonly intake?: IntakeLimits },
  credentials: RtspCredentials,
): RtspServer {
  const { clock, registry, logger } = deps
  const connectionsGauge = gauge(registry, 'qianliyan_rtsp_connections', 'Open RTSP connections.')
  const streamsGauge = gauge(registry, 'qianliyan_rtsp_streams', 'Streams that are published over RTSP.')
  const dropped = counter(registry, 'qianliyan_rtsp_dropped_total', 'RTSP connections closed by us.', ['reason'])
  const heldBack = counter(
    registry,
    'qianliyan_rtsp_held_back_total',
    'Times that a publisher was read more slowly because it sends too much.',
  )
  const streams = new Map<string, PublishedStream>()
  const publishers = new Map<string, () => void>()
  const publications = new EventTarget()
  const connections = new Map<Socket, Promise<void>>()
  // a late player gets the whole cache at once; that must not count as being slow
  const limits = {
    idleSeconds: config.idleSeconds,
    intake: config.intake,
    playerQueueBytes: Math.max(config.playerQueueBytes, 2 * config.groupCacheBytes),
  }
  const mediaPorts = config.udp.enabled ? createMediaPorts(config.bind, config.udp.port) : undefined
  const limiter = createLoginLimiter(clock, config.failedLoginsPerMinute)
  let listeners: Listeners | undefined

  const openStream = (path: string, tracks: readonly Track[], evict: () => void): [PublishedStream, () => void] => {
    publishers.get(path)?.()
    const stream = createPublishedStream(path, tracks, { cacheBytes: config.groupCacheBytes, now: clock.now })
    streams.set(path, stream)
    publishers.set(path, evict)
    streamsGauge.set(streams.size)
    logger.info({ path, tracks: tracks.map((track) => track.codec) }, 'stream published')
    publications.dispatchEvent(new Event(path))
    const giveUp = () => {
      if (streams.get(path) === stream) {
        streams.delete(path)
        publishers.delete(path)
      }
      streamsGauge.set(streams.size)
      stream.end()
      logger.info({ path }, 'stream ended')
    }
    return [stream, giveUp]
  }

  const accept = (socket: Socket) => {
    socket.on('error', (error) => logger.debug({ err: error }, 'RTSP socket'))
    if (connections.size >= config.maximumSessions) {
      dropped.inc({ reason: 'full' })
      socket.end(writeResponse(503, reasonOf(503), []))
      socket.destroySoon()
      return
    }
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 30_000)
    const serving = serveConnection(
      socket,
      {
        clock,
        logger,
        credentials,
        limiter,
        // over an encrypted connection nobody expects packets that are not
        mediaPorts: socket instanceof TLSSocket ? undefined : mediaPorts,
        findStream: (path) => streams.get(path),
        openStream,
        onHeldBack: () => heldBack.inc(),
        onDropped: (reason) => dropped.inc({ reason }),
      },
      limits,
    ).finally(() => {
      connections.delete(socket)
      connectionsGauge.set(connections.size)
    })
    connections.set(socket, serving)
    connectionsGauge.set(connections.size)
  }

  return {
    get port() {
      return listeners?.port ?? 0
    },
    get tlsPort() {
      return config.tls && (listeners?.tlsPort ?? 0)
    },
    streams,
    publish(path, tracks) {
      if (streams.has(path)) return undefined
      const [stream, giveUp] = openStream(path, tracks, () => giveUp())
      return { stream, giveUp }
    },
    get connections() {
      return connections.size
    },
    nextPublication: (path, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted()
        publications.addEventListener(path, () => resolve(), { once: true, signal })
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
    async start() {
      await mediaPorts?.open()
      listeners = await openListeners(config, config.bind, { section: 'rtsp', variable: 'QLY_RTSP_PORT' }, accept)
      logger.info({ port: listeners.port, tlsPort: listeners.tlsPort, udp: mediaPorts?.ports }, 'RTSP server listens')
    },
    async stop() {
      const closing = listeners?.close()
      const serving = [...connections.values()]
      for (const socket of connections.keys()) socket.destroy()
      await Promise.all([closing, ...serving])
      mediaPorts?.close()
    },
  }
}
