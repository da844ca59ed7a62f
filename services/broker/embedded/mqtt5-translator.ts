// aedes speaks MQTT 3.1 and 3.1.1. For a client that speaks MQTT 5 this stands between: it turns the client's packets into 3.1.1 for aedes and
// aedes' packets into MQTT 5, and does itself what 3.1.1 has not: reason codes, topic aliases, receive maximum, packet size, properties.
// What works and what is refused: README.md. Pure: bytes in, bytes out.
import { randomUUID } from 'node:crypto'
import { generate, type IConnackPacket, type IConnectPacket, type Packet, parser } from 'mqtt-packet'
import { eventPublish } from './mqtt5-events.ts'
import { type PublishProperties, readPublishProperties, readVarying, writeVarying } from './mqtt5-properties.ts'

/** Reason codes (MQTT 5 §2.4) that we give. */
export const reasons = {
  success: 0x00,
  malformed: 0x81,
  protocolError: 0x82,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  shuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  takenOver: 0x8e,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  sharedSubscriptionsUnsupported: 0x9e,
  connectionRateExceeded: 0x9f,
  subscriptionIdentifiersUnsupported: 0xa1,
} as const

export interface TranslatorOptions {
  readonly maximumPacketSize: number
  readonly receiveMaximum: number
  readonly topicAliasMaximum: number
  /** what may wait for the client's receive maximum */
  readonly maximumQueueBytes: number
  readonly toBroker: (bytes: Buffer) => void
  readonly toClient: (bytes: Buffer) => void
  /** The connection is to be closed; the client has been told why. `will`: the client asked for its last will. */
  readonly close: (reason: string) => void
}

export interface Mqtt5Translator {
  fromClient(frame: Buffer): void
  fromBroker(frame: Buffer): void
  /** So many of the client's QoS 1 messages were acknowledged past this. */
  acknowledged(count: number): void
  /** Properties of the next PUBLISH that aedes hands on, in the order in which they came. */
  takeProperties(): PublishProperties | undefined
  /** What aedes' 3.1.1 return code in the coming CONNACK stands for, where it cannot say so itself. */
  refusal: number | undefined
  goodbye(reason: number): Buffer
}

const version5 = { protocolVersion: 5 }
/** MQTT 3.1.1 return code → MQTT 5 reason code */
const returnCodes = [0x00, 0x84, 0x85, 0x88, 0x86, 0x87]

export function createMqtt5Translator(options: TranslatorOptions): Mqtt5Translator {
  const { toBroker, toClient } = options
  const aliases = new Map<number, string>()
  const properties: (PublishProperties | undefined)[] = []
  const unsubscribed = new Map<number, number>()
  let assignedId: string | undefined
  let keptSession = false
  let inbound = 0
  let window = { receiveMaximum: 65_535, packetSize: Number.POSITIVE_INFINITY }
  const outbound = new Set<number>()
  let queue: { id: number; frame: Buffer }[] = []
  let queueBytes = 0

  const end = (reason: number, text: string) => {
    toClient(self.goodbye(reason))
    options.close(text)
  }

  const connect = (packet: IConnectPacket) => {
    const asked = packet.properties ?? {}
    if (asked.authenticationMethod !== undefined) {
      toClient(generate(connack(reasons.badAuthenticationMethod), version5))
      return options.close('enhanced authentication is not supported')
    }
    // a session outlives its connection only where the client wants both: to resume (no clean start) and to be remembered
    keptSession = !packet.clean && (asked.sessionExpiryInterval ?? 0) > 0
    if (!packet.clientId) assignedId = `auto-${randomUUID()}`
    window = {
      receiveMaximum: asked.receiveMaximum ?? 65_535,
      packetSize: asked.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    }
    const { will, username, password } = packet
    toBroker(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: !keptSession,
        clientId: assignedId ?? packet.clientId,
        keepalive: packet.keepalive ?? 0,
        ...(will
          ? { will: { topic: will.topic, payload: will.payload, qos: will.qos ?? 0, retain: will.retain ?? false } }
          : {}),
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
      }),
    )
  }

  const connack = (reasonCode: number, sessionPresent = false): IConnackPacket => ({
    cmd: 'connack',
    reasonCode,
    sessionPresent,
    properties: {
      ...(reasonCode === 0 && !keptSession ? { sessionExpiryInterval: 0 } : {}),
      receiveMaximum: options.receiveMaximum,
      maximumPacketSize: options.maximumPacketSize,
      topicAliasMaximum: options.topicAliasMaximum,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
      ...(assignedId === undefined ? {} : { assignedClientIdentifier: assignedId }),
    },
  })

  const publish = (frame: Buffer) => {
    const start = bodyOf(frame)
    const qos = ((frame[0] ?? 0) >> 1) & 3
    const topicEnd = start + 2 + (frame.length >= start + 2 ? frame.readUInt16BE(start) : 0)
    const idEnd = topicEnd + (qos > 0 ? 2 : 0)
    const length = readVarying(frame, idEnd)
    const found = length && readPublishProperties(frame, length.end, length.end + length.value)
    if (!length || !found || length.end + length.value > frame.length)
      return end(reasons.malformed, 'a malformed PUBLISH')
    let topic = frame.subarray(start, topicEnd)
    if (found.topicAlias !== undefined) {
      if (found.topicAlias === 0 || found.topicAlias > options.topicAliasMaximum)
        return end(reasons.topicAliasInvalid, 'a topic alias out of range')
      if (topic.length > 2) aliases.set(found.topicAlias, topic.toString('latin1'))
      else topic = Buffer.from(aliases.get(found.topicAlias) ?? '', 'latin1')
    }
    if (topic.length <= 2) return end(reasons.protocolError, 'a PUBLISH without topic')
    if (qos > 0 && ++inbound > options.receiveMaximum)
      return end(reasons.receiveMaximumExceeded, 'receive maximum exceeded')
    properties.push(length.value === 0 ? undefined : found)
    const id = frame.subarray(topicEnd, idEnd)
    const payload = frame.subarray(length.end + length.value)
    const size = writeVarying(topic.length + id.length + payload.length)
    toBroker(Buffer.concat([frame.subarray(0, 1), size, topic, id, payload]))
  }

  const forwardAck = (frame: Buffer, type: number) => {
    const start = bodyOf(frame)
    const id = frame.readUInt16BE(start)
    const refused = (frame[start + 2] ?? 0) >= 0x80
    // a refused PUBREC ends the exchange (MQTT 5 §4.13); aedes forgets the message on PUBCOMP
    toBroker(shortAck(type === 5 && refused ? 0x70 : (frame[0] ?? 0), id))
    if (type === 4 || type === 7 || refused) delivered(id)
  }

  const delivered = (id: number) => {
    outbound.delete(id)
    while (queue.length > 0 && outbound.size < window.receiveMaximum) {
      const [next, ...rest] = queue
      queue = rest
      if (!next) return
      queueBytes -= next.frame.length
      outbound.add(next.id)
      toClient(next.frame)
    }
  }

  const deliver = (frame: Buffer) => {
    const qos = ((frame[0] ?? 0) >> 1) & 3
    const { bytes, id } = eventPublish(frame, bodyOf(frame), qos)
    if (bytes.length > window.packetSize) {
      // the client does not want it (MQTT 5 §3.1.2.11.4): done with
      if (qos > 0) toBroker(shortAck(qos === 1 ? 0x40 : 0x70, id))
      return
    }
    if (qos === 0) return toClient(bytes)
    if (outbound.size < window.receiveMaximum) {
      outbound.add(id)
      return toClient(bytes)
    }
    queue.push({ id, frame: bytes })
    queueBytes += bytes.length
    if (queueBytes > options.maximumQueueBytes) end(reasons.quotaExceeded, 'does not acknowledge what it subscribed to')
  }

  const fromClient = (frame: Buffer) => {
    const type = (frame[0] ?? 0) >> 4
    if (type === 3) return publish(frame)
    if (type >= 4 && type <= 7) return forwardAck(frame, type)
    if (type === 12) return toBroker(frame)
    const packet = parsePacket(frame)
    switch (packet?.cmd) {
      case 'connect':
        return connect(packet)
      case 'subscribe':
        if (packet.properties?.subscriptionIdentifier !== undefined)
          return end(reasons.subscriptionIdentifiersUnsupported, 'subscription identifiers are not supported')
        if (packet.subscriptions.some(({ topic }) => topic.startsWith('$share/')))
          return end(reasons.sharedSubscriptionsUnsupported, 'shared subscriptions are not supported')
        return toBroker(
          generate({
            cmd: 'subscribe',
            messageId: packet.messageId ?? 0,
            subscriptions: packet.subscriptions.map(({ topic, qos }) => ({ topic, qos })),
          }),
        )
      case 'unsubscribe':
        unsubscribed.set(packet.messageId ?? 0, packet.unsubscriptions.length)
        return toBroker(
          generate({ cmd: 'unsubscribe', messageId: packet.messageId ?? 0, unsubscriptions: packet.unsubscriptions }),
        )
      case 'disconnect':
        // 0x04: "disconnect with will message": to aedes that is a connection that breaks
        if (packet.reasonCode === 4) return options.close('disconnected with its last will')
        return toBroker(generate({ cmd: 'disconnect' }))
      default:
        return end(packet ? reasons.protocolError : reasons.malformed, 'a packet that cannot be read')
    }
  }

  const self: Mqtt5Translator = {
    refusal: undefined,
    acknowledged(count) {
      inbound = Math.max(0, inbound - count)
    },
    takeProperties: () => properties.shift(),
    goodbye: (reason) => Buffer.from([0xe0, 1, reason]),
    fromClient(frame) {
      try {
        fromClient(frame)
      } catch {
        end(reasons.malformed, 'a malformed packet')
      }
    },
    fromBroker(frame) {
      const type = (frame[0] ?? 0) >> 4
      const start = bodyOf(frame)
      switch (type) {
        case 2: {
          const code = self.refusal ?? returnCodes[frame[start + 1] ?? 0] ?? reasons.serverUnavailable
          return toClient(generate(connack(code, ((frame[start] ?? 0) & 1) === 1), version5))
        }
        case 3:
          return deliver(frame)
        case 9: {
          const codes = [...frame.subarray(start + 2)].map((code) => (code === 0x80 ? reasons.notAuthorized : code))
          return toClient(generate({ cmd: 'suback', messageId: frame.readUInt16BE(start), granted: codes }, version5))
        }
        case 11: {
          const messageId = frame.readUInt16BE(start)
          const granted = Array.from({ length: unsubscribed.get(messageId) ?? 1 }, () => 0)
          unsubscribed.delete(messageId)
          return toClient(generate({ cmd: 'unsuback', messageId, granted }, version5))
        }
        default:
          // PUBACK, PUBREC, PUBREL, PUBCOMP with success, and PINGRESP are the same bytes in both versions
          if (type === 4 || type === 7) inbound = Math.max(0, inbound - 1)
          return toClient(frame)
      }
    },
  }
  return self
}

/** Where the variable header of a whole frame begins. */
function bodyOf(frame: Buffer): number {
  return readVarying(frame, 1)?.end ?? frame.length
}

function shortAck(header: number, id: number): Buffer {
  return Buffer.from([header, 2, id >> 8, id & 0xff])
}

function parsePacket(frame: Buffer): Packet | undefined {
  let packet: Packet | undefined
  const reader = parser({ protocolVersion: 5 })
  reader.on('packet', (each) => {
    packet = each
  })
  reader.on('error', () => {
    packet = undefined
  })
  reader.parse(frame)
  return packet
}
