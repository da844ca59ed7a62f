// What happens to a PUBLISH of a device before aedes acknowledges it: may it, is it within limits, and the wait until it is durable.
// PUBACK is written after the sink has resolved, many at once; aedes writes PUBREC when `done` is called without error, so that is called then, too.
import type { Client, PublishPacket } from 'aedes'
import type { DeviceMessage, DeviceMessageSink } from '../../contracts/device-messages.ts'
import { asAppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import { type IsBehind, mayPublish, mayRetain, type Principal } from '../access/topic-access.ts'
import type { BrokerMetrics } from '../broker-metrics.ts'
import type { DeliveryLane } from './delivery-lane.ts'
import type { DeviceConnection } from './device-connection.ts'
import type { OversizedPublish } from './frame-gate.ts'
import { reasons } from './mqtt5-translator.ts'

/** A client that has logged in. */
export interface Session {
  readonly principal: Principal
  readonly connection: DeviceConnection
  readonly lane: DeliveryLane
  /** the topic on which it published last, where that is its own for ever */
  lastTopic?: string
}

export interface Intake {
  publish(client: Client, session: Session, packet: PublishPacket, done: (error?: Error | null) => void): void
  oversized(clientId: string, session: Session, publish: OversizedPublish): void
  /** more is under way than there may be: read no more */
  readonly congested: boolean
  readonly inflightBytes: number
  /** Hands what was counted to the registry. */
  settle(): void
}

export interface IntakeDeps {
  readonly sink: DeviceMessageSink
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BrokerMetrics
  readonly isBehind: IsBehind
  /** a gateway said what is behind it */
  readonly onTopology: (gateway: string, payload: Buffer) => void
  /** Was this QoS 2 message taken before, and only its PUBREC lost? */
  readonly isTaken: (client: Client, packet: PublishPacket) => Promise<boolean>
  /** congestion is over */
  readonly onRelief: () => void
}

const retainedBytes = 4096

export function createIntake(
  deps: IntakeDeps,
  options: { readonly maximumPayloadBytes: number; readonly maximumInflightBytes: number },
): Intake {
  const { sink, clock, logger, metrics } = deps
  /** by QoS; counted in plain numbers, as a counter of the registry costs a microsecond */
  const received: [number, number, number] = [0, 0, 0]
  let inflight = 0
  let congested = false

  const entered = (bytes: number) => {
    inflight += bytes
    if (inflight > options.maximumInflightBytes) congested = true
  }
  const left = (bytes: number) => {
    inflight -= bytes
    if (!congested || inflight > options.maximumInflightBytes / 2) return
    congested = false
    deps.onRelief()
  }

  const messageOf = (clientId: string, connection: DeviceConnection, packet: PublishPacket): DeviceMessage => {
    const payload = packet.payload as Buffer
    const properties = packet.cmd === 'publish' ? connection.takeProperties() : undefined
    return {
      topic: packet.topic,
      payload,
      qos: packet.qos,
      retain: packet.retain,
      duplicate: packet.dup ?? false,
      clientId,
      receivedAt: clock.now(),
      ...(properties?.contentType === undefined ? {} : { contentType: properties.contentType }),
      ...(properties?.userProperties ? { userProperties: properties.userProperties } : {}),
      ...(payload.length > options.maximumPayloadBytes ? { oversizedBytes: payload.length } : {}),
    }
  }

  const bestEffort = (message: DeviceMessage) => {
    const bytes = message.payload.byteLength
    entered(bytes)
    sink(message)
      .catch(() => metrics.dropped.inc({ reason: 'qos_0_not_taken' }))
      .finally(() => left(bytes))
  }

  const durable = (session: Session, message: DeviceMessage, done: (error?: Error | null) => void) => {
    const bytes = message.payload.byteLength
    entered(bytes)
    session.lane.deliver(message).then(
      () => {
        left(bytes)
        done(null)
      },
      (thrown: unknown) => {
        left(bytes)
        const error = asAppError(thrown)
        metrics.undelivered.inc()
        session.connection.disconnect(
          `its message could not be made durable: ${error.message}`,
          reasons.serverUnavailable,
        )
        done(error)
      },
    )
  }

  const allowed = (session: Session, topic: string): boolean => {
    const { principal, connection } = session
    // own qly topics stay own; those of sub-devices may be taken away
    if (topic === session.lastTopic) return true
    if (mayPublish(principal, topic, deps.isBehind)) {
      if (topic.startsWith('qly/')) session.lastTopic = topic
      return true
    }
    metrics.refused.inc({ what: 'publish' })
    logger.warn(
      { client: principal.name, address: connection.remoteAddress, topic },
      'published on a topic that is not its own',
    )
    connection.disconnect('published on a topic that is not its own', reasons.notAuthorized)
    return false
  }

  return {
    get congested() {
      return congested
    },
    get inflightBytes() {
      return inflight
    },
    settle() {
      received.forEach((count, qos) => {
        if (count > 0) metrics.received.inc({ qos }, count)
        received[qos as 0 | 1 | 2] = 0
      })
    },
    publish(client, session, packet, done) {
      const message = messageOf(client.id, session.connection, packet)
      if (session.principal.role === 'device' && packet.topic === `sys/product/${session.principal.name}/status`)
        deps.onTopology(session.principal.name, packet.payload as Buffer)
      if (!allowed(session, packet.topic)) return done(new Error('not authorised'))
      received[packet.qos]++
      packet.retain = packet.retain && mayRetain(packet.topic) && message.payload.byteLength <= retainedBytes
      if (packet.qos === 0) {
        bestEffort(message)
        return done(null)
      }
      if (packet.qos === 1) {
        const { messageId = 0 } = packet
        return durable(session, message, (error) => {
          if (error) return done(error)
          session.connection.acknowledge(messageId)
          // acknowledged by us, so that aedes does not write one packet for each message
          packet.qos = 0
          done(null)
        })
      }
      deps.isTaken(client, packet).then(
        (taken) => (taken ? done(null) : durable(session, message, done)),
        (error: Error) => done(error),
      )
    },
    /** The rest of it was never read; it is acknowledged once its beginning is in the dead letter, or it would come again for ever. */
    oversized(clientId, session, publish) {
      if (!allowed(session, publish.topic)) return
      const message: DeviceMessage = {
        topic: publish.topic,
        payload: publish.payload,
        qos: publish.qos === 0 ? 0 : publish.qos === 1 ? 1 : 2,
        retain: publish.retain,
        duplicate: publish.duplicate,
        clientId,
        receivedAt: clock.now(),
        oversizedBytes: publish.payloadBytes,
      }
      if (message.qos === 0 || publish.messageId === undefined) return bestEffort(message)
      const acknowledgement = Buffer.from([
        message.qos === 1 ? 0x40 : 0x50,
        2,
        publish.messageId >> 8,
        publish.messageId & 0xff,
      ])
      durable(session, message, (error) => {
        if (!error) session.connection.writePacket(acknowledgement)
      })
    },
  }
}
