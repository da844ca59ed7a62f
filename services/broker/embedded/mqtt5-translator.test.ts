// The MQTT 5 face on its own: what goes through, what is refused with which reason, and that no bytes can make it throw.
import fc from 'fast-check'
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { createMqtt5Translator, type TranslatorOptions } from './mqtt5-translator.ts'

const five = { protocolVersion: 5 }
const read = (bytes: Buffer[], version: 4 | 5): Packet[] => {
  const packets: Packet[] = []
  const reader = parser({ protocolVersion: version })
  reader.on('packet', (packet) => packets.push(packet))
  for (const each of bytes) reader.parse(each)
  return packets
}

function open(more: Partial<TranslatorOptions> = {}, connect: Partial<IConnectPacket> = {}) {
  const toBroker: Buffer[] = []
  const toClient: Buffer[] = []
  const closed: string[] = []
  const translator = createMqtt5Translator({
    maximumPacketSize: 100_000,
    receiveMaximum: 3,
    topicAliasMaximum: 4,
    maximumQueueBytes: 1000,
    toBroker: (bytes) => toBroker.push(bytes),
    toClient: (bytes) => toClient.push(bytes),
    close: (why) => closed.push(why),
    ...more,
  })
  const client = (packet: Packet) => translator.fromClient(generate(packet, five))
  const broker = (packet: Packet) => translator.fromBroker(generate(packet))
  client({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clean: true,
    clientId: 'c',
    keepalive: 10,
    ...connect,
  })
  return {
    translator,
    client,
    broker,
    closed,
    toBroker: () => read(toBroker.splice(0), 4),
    toClient: () => read(toClient.splice(0), 5),
  }
}

const publish = (more: object = {}): Packet => ({
  cmd: 'publish',
  topic: 'a/b',
  payload: 'x',
  qos: 1,
  messageId: 1,
  dup: false,
  retain: false,
  ...more,
})

describe('the MQTT 5 face', () => {
  it('CONNECT becomes 3.1.1, CONNACK says what is supported', () => {
    const will = {
      topic: 'w',
      payload: Buffer.from('bye'),
      qos: 1,
      retain: true,
      properties: { willDelayInterval: 5 },
    } as const
    const it = open({}, { username: 'u', password: Buffer.from('p'), will, properties: { sessionExpiryInterval: 60 } })
    expect(it.toBroker()[0]).toMatchObject({
      cmd: 'connect',
      protocolVersion: 4,
      clean: true,
      clientId: 'c',
      username: 'u',
      will: { topic: 'w', qos: 1, retain: true },
    })
    it.broker({ cmd: 'connack', returnCode: 0, sessionPresent: false })
    expect(it.toClient()[0]).toMatchObject({
      cmd: 'connack',
      reasonCode: 0,
      properties: {
        sessionExpiryInterval: 0,
        receiveMaximum: 3,
        topicAliasMaximum: 4,
        sharedSubscriptionAvailable: false,
        subscriptionIdentifiersAvailable: false,
      },
    })
    it.broker({ cmd: 'connack', returnCode: 4, sessionPresent: false })
    expect(it.toClient()[0]).toMatchObject({ reasonCode: 0x86 })
  })

  it('a session is kept where the client resumes and wants to be remembered; a client without id gets one', () => {
    expect(open({}, { clean: false, properties: { sessionExpiryInterval: 60 } }).toBroker()[0]).toMatchObject({
      clean: false,
    })
    expect(open({}, { clean: false }).toBroker()[0]).toMatchObject({ clean: true })
    const it = open({}, { clientId: '' })
    const [connect] = it.toBroker() as IConnectPacket[]
    expect(connect?.clientId).toMatch(/^auto-/)
    it.broker({ cmd: 'connack', returnCode: 0, sessionPresent: false })
    expect(it.toClient()[0]).toMatchObject({ properties: { assignedClientIdentifier: connect?.clientId } })
  })

  it('PUBLISH loses its properties on the way to aedes and keeps them for ingest, in order; aliases are resolved', () => {
    const it = open()
    it.toBroker()
    it.client(
      publish({
        properties: {
          contentType: 'text/plain',
          messageExpiryInterval: 9,
          correlationData: Buffer.from('c'),
          responseTopic: 'r',
          payloadFormatIndicator: true,
          userProperties: { at: '1', k: ['a', 'b'] },
        },
      }),
    )
    it.client(publish({ qos: 0, properties: { topicAlias: 2 } }))
    it.client(publish({ qos: 0, topic: '', properties: { topicAlias: 2 } }))
    expect(it.toBroker()).toMatchObject([
      { topic: 'a/b', qos: 1, messageId: 1 },
      { topic: 'a/b', qos: 0 },
      { topic: 'a/b', qos: 0 },
    ])
    expect(it.translator.takeProperties()).toEqual({
      contentType: 'text/plain',
      userProperties: { at: '1', k: ['a', 'b'] },
    })
    expect(it.translator.takeProperties()).toEqual({ topicAlias: 2 })
  })

  it.each([
    ['an unknown alias', publish({ qos: 0, topic: '', properties: { topicAlias: 3 } }), 0x82],
    ['an alias beyond the maximum', publish({ qos: 0, properties: { topicAlias: 5 } }), 0x94],
    [
      'a shared subscription',
      { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '$share/g/a', qos: 1 }] },
      0x9e,
    ],
    [
      'a subscription identifier',
      {
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: 'a', qos: 1 }],
        properties: { subscriptionIdentifier: 7 },
      },
      0xa1,
    ],
    ['AUTH', { cmd: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'x' } }, 0x82],
  ] as [string, Packet, number][])('%s is refused with its reason', (_name, packet, reason) => {
    const it = open()
    it.client(packet)
    expect(it.toClient().at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: reason })
    expect(it.closed).toHaveLength(1)
  })

  it('enhanced authentication is refused in CONNACK', () => {
    const it = open({}, { properties: { authenticationMethod: 'SCRAM' } })
    expect(it.toClient()[0]).toMatchObject({ cmd: 'connack', reasonCode: 0x8c })
  })

  it('more unacknowledged publishes than the receive maximum end the connection; acknowledged ones do not count', () => {
    const it = open()
    for (let round = 0; round < 5; round++) {
      it.client(publish({ messageId: round + 1 }))
      it.broker({ cmd: 'puback', messageId: round + 1 })
    }
    expect(it.closed).toEqual([])
    for (let messageId = 1; messageId <= 4; messageId++) it.client(publish({ messageId }))
    expect(it.toClient().at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0x93 })
  })

  it("heeds the client's receive maximum and packet size, and ends a client whose queue is full", () => {
    const it = open({}, { properties: { receiveMaximum: 1, maximumPacketSize: 200 } })
    it.toBroker()
    it.broker(publish({ messageId: 11 }) as Packet)
    it.broker(publish({ messageId: 12 }) as Packet)
    it.broker(publish({ qos: 0, messageId: 0 }) as Packet)
    expect(it.toClient()).toMatchObject([{ messageId: 11, qos: 1 }, { qos: 0 }])
    it.client({ cmd: 'puback', messageId: 11, reasonCode: 0 })
    expect(it.toClient()).toMatchObject([{ messageId: 12 }])
    expect(it.toBroker()).toMatchObject([{ cmd: 'puback', messageId: 11 }])
    it.broker(publish({ messageId: 13, payload: Buffer.alloc(500) }) as Packet)
    expect(it.toClient()).toEqual([])
    expect(it.toBroker()).toMatchObject([{ cmd: 'puback', messageId: 13 }])
    for (let messageId = 20; messageId < 60; messageId++)
      it.broker(publish({ messageId, payload: Buffer.alloc(100) }) as Packet)
    expect(it.toClient().at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0x97 })
  })

  it('SUBACK, UNSUBACK and DISCONNECT carry reason codes', () => {
    const it = open()
    it.client({ cmd: 'unsubscribe', messageId: 5, unsubscriptions: ['a', 'b'] })
    it.broker({ cmd: 'suback', messageId: 4, granted: [1, 128] })
    it.broker({ cmd: 'unsuback', messageId: 5, granted: [] })
    expect(it.toClient()).toMatchObject([
      { cmd: 'suback', granted: [1, 0x87] },
      { cmd: 'unsuback', granted: [0, 0] },
    ])
    it.toBroker()
    it.client({ cmd: 'disconnect', reasonCode: 0 })
    expect(it.toBroker()).toMatchObject([{ cmd: 'disconnect' }])
    it.client({ cmd: 'disconnect', reasonCode: 4 })
    expect(it.toBroker()).toEqual([])
    expect(it.closed).toEqual(['disconnected with its last will'])
  })

  it('no frame makes it throw', () => {
    const bodies = fc.uint8Array({ maxLength: 120 })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), bodies), { maxLength: 8 }), (frames) => {
        const it = open()
        for (const [header, body] of frames) it.translator.fromClient(Buffer.from([header, body.length, ...body]))
      }),
      { numRuns: 1000 },
    )
  })
})
