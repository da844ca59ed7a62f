// Our MQTT broker: aedes with log-in, topic rights, durable acknowledgement, presence and bounds. One for a process.
import type { Socket } from 'node:net'
import { Aedes, type Client, type PublishPacket } from 'aedes'
import type { Config } from '../../contracts/config/config.ts'
import type { DeviceMessageSink, DevicePublisher } from '../../contracts/device-messages.ts'
import { AppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import { type Listeners, openListeners } from '../../kernel/network/listeners.ts'
import type { Authenticator } from '../access/authenticator.ts'
import type { DeviceRegistry } from '../access/device-registry.ts'
import { isDownlink, maySubscribe } from '../access/topic-access.ts'
import type { BrokerMetrics } from '../broker-metrics.ts'
import { createSessionStore } from './bounded-persistence.ts'
import { DeviceConnection } from './device-connection.ts'
import { createIntake, type Session } from './device-intake.ts'
import { createLoginDesk } from './login-desk.ts'
import { reasons } from './mqtt5-translator.ts'
import type { PresenceTracker } from './presence-tracker.ts'

export interface EmbeddedBroker {
  start(): Promise<void>
  /** Takes nothing new, lets what is under way become durable (at most 2 s), closes all connections. */
  stop(): Promise<void>
  readonly publish: DevicePublisher
  /** Ends the connections of a device or subscriber. */
  disconnect(name: string, why: string): void
  isConnected(name: string): boolean
  /** Is there anyone to whom an event would go? */
  readonly hasSubscribers: boolean
  readonly port: number
  readonly tlsPort: number | undefined
  /** Hands figures to the registry of metrics. */
  settle(): void
}

export interface EmbeddedBrokerDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BrokerMetrics
  readonly sink: DeviceMessageSink
  readonly presence: PresenceTracker
  readonly registry: DeviceRegistry
  readonly authenticator: Authenticator
  readonly onTopology: (gateway: string, payload: Buffer) => void
}

const drainMs = 2000

export function createEmbeddedBroker(deps: EmbeddedBrokerDeps, config: Pick<Config, 'mqtt' | 'bind'>): EmbeddedBroker {
  const { clock, logger, metrics, presence, registry } = deps
  const { mqtt } = config
  const connections = new Set<DeviceConnection>()
  let listeners: Listeners | undefined
  let aedes: Aedes | undefined
  let stopping = false

  const store = createSessionStore({
    maximumQueueMessages: mqtt.maximumQueueMessages,
    isDownlink,
    onOverflow(clientId, messages) {
      metrics.dropped.inc({ reason: 'queue_full' }, messages)
      logger.warn({ clientId, messages }, 'a client does not take what it subscribed to: its session is dropped')
      desk.connectionOf(clientId)?.disconnect('its queue is full', reasons.quotaExceeded)
    },
  })
  const intake = createIntake(
    {
      sink: deps.sink,
      clock,
      logger,
      metrics,
      isBehind: registry.isBehind,
      onTopology: deps.onTopology,
      isTaken: (client, packet) =>
        store.incomingGetPacket(client, packet as { messageId?: number }).then(
          () => true,
          () => false,
        ),
      onRelief: () => {
        for (const connection of connections) connection.relieve()
      },
    },
    mqtt,
  )
  const desk = createLoginDesk(
    { ...deps, forgetSession: (clientId) => void store.forget(clientId) },
    { ...mqtt, durableWithinMs: mqtt.durableWithinSeconds * 1000 },
  )

  const onConnection = (socket: Socket) => {
    if (stopping || connections.size >= mqtt.maximumClients + spareConnections) {
      metrics.disconnected.inc({ reason: 'too_many' })
      socket.destroy()
      return
    }
    const connection = new DeviceConnection(
      socket,
      {
        clock,
        congested: () => intake.congested,
        onSlow: () => metrics.disconnected.inc({ reason: 'slow' }),
        onOversized(each, publish) {
          const [clientId, session] = desk.byConnection(each) ?? []
          if (session && clientId !== undefined) intake.oversized(clientId, session, publish)
          else each.disconnect('an oversized packet before log-in', reasons.packetTooLarge)
        },
      },
      { ...mqtt, receiveMaximum: 1000 },
    )
    connections.add(connection)
    connection.once('close', () => {
      connections.delete(connection)
      metrics.clients.set(connections.size)
    })
    metrics.clients.set(connections.size)
    aedes?.handle(connection)
  }

  const authorizePublish = (client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void) => {
    const session = client ? desk.byClient(client) : undefined
    if (!client || !session) return done(new Error('not logged in'))
    const isWill = packet.cmd !== 'publish'
    // the last will of a device that is there again, or of all of them because we stop, would be untrue
    if (isWill && (stopping || presence.hasOther(session.principal.name, session.connection)))
      return done(new Error('the device has not gone'))
    intake.publish(client, session, packet, done)
  }

  const forwardable = (session: Session, client: Client, packet: PublishPacket & { clientId?: string }): boolean => {
    // messages of clients go to the bus, to nobody else; and a restored session is checked again
    if (packet.clientId !== undefined || !maySubscribe(session.principal, packet.topic)) return false
    if (session.connection.waitingBytes < mqtt.maximumQueueBytes / 2) return true
    const { subscriptions } = client as unknown as { subscriptions: Record<string, { qos: number }> }
    if (Object.values(subscriptions).some(({ qos }) => qos > 0)) return true
    metrics.dropped.inc({ reason: 'slow_reader' })
    return false
  }

  return {
    async start() {
      aedes = await Aedes.createBroker({
        persistence: store,
        connectTimeout: 10_000,
        queueLimit: 1000,
        maxClientsIdLength: 128,
        maxTopicLevels: 16,
        preConnect: (client, packet, done) => desk.preConnect(client, packet, done),
        authenticate: (client, username, password, done) => desk.authenticate(client, username, password, done),
        authorizePublish,
        authorizeSubscribe(client, subscription, done) {
          const session = desk.byClient(client)
          if (session && maySubscribe(session.principal, subscription.topic)) return done(null, subscription)
          metrics.refused.inc({ what: 'subscribe' })
          logger.warn({ client: session?.principal.name, filter: subscription.topic }, 'may not subscribe to this')
          done(null, null)
        },
        authorizeForward(client, packet) {
          const session = desk.byClient(client)
          return session && forwardable(session, client, packet) ? packet : null
        },
      })
      desk.open(aedes)
      forwardOnlyDownlinks(aedes)
      ;(aedes as unknown as NodeJS.EventEmitter).on('error', (error: Error) =>
        logger.error({ err: error }, 'the broker failed'),
      )
      aedes.on('clientError', (client, error) => {
        logger.debug({ clientId: client.id, reason: error.message }, 'a connection ended')
      })
      listeners = await openListeners(mqtt, config.bind, { section: 'mqtt', variable: 'QLY_MQTT_PORT' }, onConnection)
    },
    async stop() {
      if (stopping) return
      stopping = true
      const closed = listeners?.close()
      const deadline = clock.monotonic() + drainMs
      while (intake.inflightBytes > 0 && clock.monotonic() < deadline) await clock.sleep(10)
      for (const connection of connections) connection.disconnect('the broker stops', reasons.shuttingDown)
      await new Promise<void>((resolve) => (aedes ? aedes.close(resolve) : resolve()))
      await closed
    },
    publish: (topic, payload, { qos, retain }) =>
      new Promise((resolve, reject) => {
        if (!aedes || stopping) return reject(new AppError('QLY_BUS_UNAVAILABLE', 'the broker does not run'))
        const packet: PublishPacket = { cmd: 'publish', topic, payload: asBuffer(payload), qos, retain, dup: false }
        aedes.publish(packet, (error) =>
          error ? reject(new AppError('QLY_INTERNAL', error.message, { cause: error })) : resolve(),
        )
      }),
    disconnect: (name, why) => desk.disconnect(name, why),
    isConnected: (name) => desk.isConnected(name),
    get hasSubscribers() {
      return desk.hasSubscribers
    },
    get port() {
      return listeners?.port ?? mqtt.port
    },
    get tlsPort() {
      return listeners?.tlsPort
    },
    settle() {
      intake.settle()
      metrics.inflight.set(intake.inflightBytes)
      metrics.queued.set(store.queued)
    },
  }
}

/**
 * What devices publish goes to nobody else: once it is on the bus, aedes has nothing more to do with it but keep what is to be retained, and need not
 * match it against subscriptions either.
 */
function forwardOnlyDownlinks(aedes: Aedes): void {
  const publish = aedes.publish.bind(aedes) as (packet: PublishPacket, client: unknown, done?: () => void) => void
  const shortcut: typeof publish = (packet, client, done) => {
    const fromDevice = typeof client === 'object' && client !== null
    if (fromDevice && !packet.retain && !isDownlink(packet.topic)) done?.()
    else publish(packet, client, done)
  }
  aedes.publish = shortcut as typeof aedes.publish
  const { mq } = aedes as unknown as { mq: { emit(packet: { topic: string }, done?: () => void): unknown } }
  const emit = mq.emit.bind(mq)
  mq.emit = (packet, done) => {
    if (isDownlink(packet.topic) || packet.topic.startsWith('$SYS/')) return emit(packet, done)
    done?.()
    return mq
  }
}

/** connections beyond the clients that may log in, so that a refusal can be said */
const spareConnections = 256

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
