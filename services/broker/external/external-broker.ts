// An external MQTT broker in place of ours: a session with a stable name that outlives us, and PUBACK only after the message is durable.
// mqtt.js would acknowledge one message at a time (its handleMessage is a queue of one), which costs a commit a message; so QoS 1 messages
// are taken as they come, made durable together, and acknowledged by ourselves, each on the connection that it came on.
import { readFileSync } from 'node:fs'
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import { generate } from 'mqtt-packet'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { MqttConfig } from '../../contracts/config/engines.ts'
import type { DeviceMessage, DeviceMessageSink, DevicePublisher } from '../../contracts/device-messages.ts'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import type { BrokerMetrics } from '../broker-metrics.ts'
import { createDeliveryLane } from '../embedded/delivery-lane.ts'
import { createTakeoverWatch, reconnectDelayMs } from './reconnect.ts'
import { type FilterMemory, filtersOf, renewSubscriptions } from './subscriptions.ts'

export interface ExternalBroker {
  /** Connects and subscribes, or gives up waiting after 10 s; keeps trying in the background if the broker is away. */
  start(memory: FilterMemory): Promise<void>
  stop(): Promise<void>
  readonly publish: DevicePublisher
  check(): Promise<void>
}

export interface ExternalBrokerDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BrokerMetrics
  readonly sink: DeviceMessageSink
}

const firstConnectMs = 10_000
const drainMs = 2000

export function createExternalBroker(
  deps: ExternalBrokerDeps,
  config: MqttConfig & { readonly url: string },
  cameras: readonly Pick<CameraConfig, 'source'>[],
): ExternalBroker {
  const { clock, logger, metrics, sink } = deps
  const { external } = config
  let client: MqttClient | undefined
  let underway = 0
  let inflightBytes = 0
  let resumeReading: (() => void) | undefined
  const stopped = new AbortController()

  const finished = (bytes: number) => {
    underway--
    inflightBytes -= bytes
    if (resumeReading && underway < external.maximumInflight && inflightBytes < config.maximumInflightBytes) {
      const resume = resumeReading
      resumeReading = undefined
      resume()
    }
  }

  const options: IClientOptions = {
    clientId: external.clientId,
    protocolVersion: external.protocol === '5' ? 5 : 4,
    clean: false,
    keepalive: external.keepaliveSeconds,
    reconnectPeriod: reconnectDelayMs(0),
    connectTimeout: firstConnectMs,
    resubscribe: false,
    queueQoSZero: false,
    reschedulePings: true,
    ...(external.username === undefined ? {} : { username: external.username }),
    ...(external.password === undefined ? {} : { password: external.password }),
    ...(external.certificateAuthority === undefined ? {} : { ca: readAuthority(external.certificateAuthority) }),
    ...(external.protocol === '5'
      ? {
          properties: {
            sessionExpiryInterval: external.sessionExpirySeconds,
            receiveMaximum: external.maximumInflight,
          },
        }
      : {}),
  }

  const attach = (connected: MqttClient, memory: FilterMemory) => {
    const newLane = () => createDeliveryLane({ sink, clock }, { durableWithinMs: config.durableWithinSeconds * 1000 })
    const takeovers = createTakeoverWatch({ clock, logger }, external)
    const subscribed = Promise.withResolvers<void>()
    // one lane for the connection: devices share it, and their order is its order
    let lane = newLane()
    let attempt = 0
    connected.on('connect', () => {
      attempt = 0
      takeovers.connected()
      logger.info({ url: withoutSecrets(config.url) }, 'connected to the external broker')
      const stream = connected.stream
      renewSubscriptions({ client: connected, memory, logger }, filtersOf(external.group, cameras)).then(
        () => subscribed.resolve(),
        (error: unknown) => {
          if (connected.stream !== stream || stopped.signal.aborted) return
          logger.error({ err: error }, 'the subscriptions at the external broker could not be made; connecting again')
          stream.destroy()
        },
      )
    })
    connected.on('disconnect', ({ reasonCode }) => takeovers.disconnect(reasonCode))
    connected.on('close', () => {
      takeovers.closed()
      lane.close()
      lane = newLane()
      connected.options.reconnectPeriod = reconnectDelayMs(++attempt)
    })
    connected.on('error', (error) => logger.warn({ err: error }, 'the external broker does not answer'))
    connected.on('packetreceive', (packet) => {
      if (packet.cmd !== 'publish') return
      take(connected, lane, packet as IPublishPacket)
    })
    // what waits here keeps mqtt.js from reading on
    connected.handleMessage = (_packet, done) => {
      if (underway < external.maximumInflight && inflightBytes < config.maximumInflightBytes) done()
      else resumeReading = done
    }
    return subscribed.promise
  }

  const take = (connected: MqttClient, lane: ReturnType<typeof createDeliveryLane>, packet: IPublishPacket) => {
    const { qos, messageId } = packet
    const stream = connected.stream
    const message = messageOf(packet, clock.now())
    const bytes = message.payload.byteLength
    metrics.received.inc({ qos })
    underway++
    inflightBytes += bytes
    if (qos === 0) {
      sink(message)
        .catch(() => metrics.dropped.inc({ reason: 'qos_0_not_taken' }))
        .finally(() => finished(bytes))
      return
    }
    // mqtt.js would acknowledge when it has handed the message on; as QoS 0 it leaves that to us
    packet.qos = 0
    lane.deliver(message).then(
      () => {
        finished(bytes)
        // on the connection that it came on: on another one its identifier may stand for another message
        if (connected.stream === stream && connected.connected)
          stream.write(generate({ cmd: 'puback', messageId: messageId ?? 0, reasonCode: 0 }))
      },
      (thrown: unknown) => {
        finished(bytes)
        const error = asAppError(thrown)
        metrics.undelivered.inc()
        if (connected.stream !== stream) return
        logger.warn(
          { err: error },
          'a message could not be made durable; connecting again, so that the broker sends it again',
        )
        stream.destroy()
      },
    )
  }

  return {
    async start(memory) {
      client = mqtt.connect(config.url, options)
      await firstConnection(attach(client, memory), clock, logger, withoutSecrets(config.url))
    },
    async stop() {
      const current = client
      client = undefined
      if (!current) return
      stopped.abort()
      const deadline = clock.monotonic() + drainMs
      while (underway > 0 && clock.monotonic() < deadline) await clock.sleep(10)
      await current.endAsync(!current.connected)
    },
    async publish(topic, payload, { qos, retain, contentType, userProperties }) {
      if (!client) throw new AppError('QLY_BUS_UNAVAILABLE', 'the connection to the external broker is closed')
      const properties =
        external.protocol === '5'
          ? {
              properties: {
                ...(contentType === undefined ? {} : { contentType }),
                ...(userProperties ? { userProperties: { ...userProperties } } : {}),
              },
            }
          : {}
      try {
        // while the broker is away mqtt.js keeps the message; whoever stops does not wait for it
        await Promise.race([
          client.publishAsync(topic, Buffer.from(payload), { qos, retain, ...properties }),
          aborted(stopped.signal),
        ])
      } catch (error) {
        throw new AppError(
          'QLY_BUS_UNAVAILABLE',
          `the external broker did not take a message: ${(error as Error).message}`,
          { cause: error },
        )
      }
    },
    async check() {
      if (!client?.connected) throw new AppError('QLY_BUS_UNAVAILABLE', 'not connected to the external MQTT broker')
    },
  }
}

function messageOf(packet: IPublishPacket, receivedAt: number): DeviceMessage {
  const { contentType, userProperties } = packet.properties ?? {}
  return {
    topic: packet.topic,
    payload: typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload,
    qos: packet.qos,
    retain: packet.retain,
    duplicate: packet.dup,
    clientId: '',
    receivedAt,
    ...(contentType === undefined ? {} : { contentType }),
    ...(userProperties ? { userProperties } : {}),
  }
}

/** Waits until it is connected and subscribed, but not for ever: a broker that is away at the start is like one that goes later. */
async function firstConnection(subscribed: Promise<void>, clock: Clock, logger: Logger, url: string): Promise<void> {
  const gaveUp = new AbortController()
  const late = clock.sleep(firstConnectMs, gaveUp.signal).then(
    () => logger.warn({ url }, 'the external broker does not answer; trying on'),
    () => undefined,
  )
  await Promise.race([subscribed, late])
  gaveUp.abort()
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(new Error('the connection is closed'))
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}

function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new AppError(
      'QLY_CONFIG_INVALID',
      `mqtt.external.certificateAuthority: cannot read ${file}: ${(cause as Error).message}`,
      { cause },
    )
  }
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//***@')
}
