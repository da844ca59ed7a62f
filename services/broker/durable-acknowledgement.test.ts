// What a PUBACK promises, over a real client, the real bus and faults in between.
import { connect as connectTcp } from 'node:net'
import { generate, type Packet, parser } from 'mqtt-packet'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../contracts/errors.ts'
import type { EventBus } from '../kernel/event-bus/event-bus.ts'
import { openPlant, type Plant, passwordOf, plantDevices } from './testing/device-plant.ts'

let plant: Plant
afterEach(() => plant.close())

const reading = (value: number, at = '2020-06-28T06:00:00.000Z') => JSON.stringify({ at, values: { ph: value } })
const topic = 'qly/v1/river/river-01/readings'

describe('a QoS 1 acknowledgement', () => {
  it('comes when the reading is durable, for MQTT 3.1.1 and 5, with trace and times', async () => {
    plant = await openPlant()
    for (const protocolVersion of [4, 5] as const) {
      const client = await plant.connect('river-01', { protocolVersion })
      await client.publishAsync(topic, reading(protocolVersion), { qos: 1 })
      expect(plant.events.length >= 0).toBe(true)
      const stored = await plant.until('qly.reading.v1', (all) =>
        all.some(({ data }) => data.values.ph === protocolVersion),
      )
      expect(stored.at(-1)).toMatchObject({
        source: '/ingest/river-01',
        traceparent: expect.stringMatching(/^00-/) as string,
        data: { deviceId: 'river-01', kind: 'river', observedAt: '2020-06-28T06:00:00.000Z', clockSkewed: true },
      })
      await client.endAsync()
    }
  })

  it('waits while the bus does not take anything, then comes; order is kept', async () => {
    const valve = closedValve()
    plant = await openPlant({ wrapBus: valve.wrap })
    const client = await plant.connect('river-01')
    valve.close()
    const acknowledged: number[] = []
    const sent = [1, 2, 3, 4, 5].map((value) =>
      client
        .publishAsync(topic, reading(value, `2020-06-28T06:00:0${value}.000Z`), { qos: 1 })
        .then(() => acknowledged.push(value)),
    )
    await valve.tried(2)
    expect(acknowledged).toEqual([])
    valve.open()
    await Promise.all(sent)
    const stored = await plant.until('qly.reading.v1', (all) => all.length === 5)
    expect(stored.map(({ data }) => data.values.ph)).toEqual([1, 2, 3, 4, 5])
  })

  it('never comes if the bus stays away: the client is disconnected and sends again', async () => {
    const valve = closedValve()
    plant = await openPlant({
      wrapBus: valve.wrap,
      yaml: `${plantDevices}\nmqtt: { port: 0, durableWithinSeconds: 0.3 }`,
    })
    const client = await plant.connect('river-01', { clean: false, reconnectPeriod: 50 })
    valve.close()
    let acknowledged = false
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    const sent = client.publishAsync(topic, reading(7), { qos: 1 }).then(() => {
      acknowledged = true
    })
    await closed
    expect(acknowledged).toBe(false)
    valve.open()
    await sent
    const stored = await plant.until('qly.reading.v1', (all) => all.length >= 1)
    expect(stored).toHaveLength(1)
    expect(await plant.metric('qianliyan_mqtt_undelivered_total')).toBeGreaterThan(0)
  })

  it('is given for a redelivery, which is dropped and counted, also after a restart', async () => {
    plant = await openPlant()
    const first = await plant.connect('river-01')
    await first.publishAsync(topic, reading(7), { qos: 1 })
    await first.publishAsync(topic, reading(7), { qos: 1 })
    await plant.until('qly.reading.v1', (all) => all.length >= 1)
    await expect.poll(() => plant.metric('qianliyan_mqtt_received_total', { qos: '1' }), { timeout: 5000 }).toBe(2)
    await plant.close({ keepData: true })
    const { directory } = plant
    plant = await openPlant({ directory })
    const again = await plant.connect('river-01')
    await again.publishAsync(topic, reading(7), { qos: 1, dup: true })
    await again.publishAsync(topic, reading(8), { qos: 1 })
    const stored = await plant.until('qly.reading.v1', (all) => all.some(({ data }) => data.values.ph === 8))
    expect(stored.map(({ data }) => data.values.ph)).toEqual([8])
    await plant.ingest.stop()
    expect(
      await plant.metric('qianliyan_ingest_messages_total', { source: 'river/readings', outcome: 'duplicate' }),
    ).toBe(1)
  })

  it('QoS 2 takes a message once, also if its PUBREC was lost', async () => {
    plant = await openPlant()
    const wire = await rawClient(plant, 'river-01')
    const publish = {
      cmd: 'publish',
      topic,
      payload: Buffer.from('{"values":{"ph":7}}'),
      qos: 2,
      messageId: 9,
      retain: false,
    } as const
    wire.send({ ...publish, dup: false })
    expect(await wire.next()).toMatchObject({ cmd: 'pubrec', messageId: 9 })
    wire.send({ ...publish, dup: true })
    expect(await wire.next()).toMatchObject({ cmd: 'pubrec', messageId: 9 })
    wire.send({ cmd: 'pubrel', messageId: 9 })
    expect(await wire.next()).toMatchObject({ cmd: 'pubcomp', messageId: 9 })
    wire.send({ ...publish, dup: false, payload: Buffer.from('{"values":{"ph":8}}') })
    await wire.next()
    const stored = await plant.until('qly.reading.v1', (all) => all.some(({ data }) => data.values.ph === 8))
    expect(stored.map(({ data }) => data.values.ph)).toEqual([7, 8])
  })
})

describe('what cannot be read', () => {
  it('is acknowledged as a dead letter with bytes and reason, and the connection goes on', async () => {
    const letters: [what: string, topic: string, payload: Buffer, code: string, reason: RegExp][] = [
      ['truncated JSON', topic, Buffer.from('{"values":{"ph":7'), 'QLY_PAYLOAD_UNREADABLE', /not JSON/],
      ['non-UTF-8 bytes', topic, Buffer.from([0x7b, 0xff, 0xfe]), 'QLY_PAYLOAD_UNREADABLE', /UTF-8/],
      ['an empty payload', topic, Buffer.alloc(0), 'QLY_PAYLOAD_UNREADABLE', /empty/],
      [
        'a place off the earth',
        topic,
        Buffer.from('{"values":{"ph":7},"location":[31.3,120.6]}'),
        'QLY_COORDINATE_OUT_OF_RANGE',
        /degrees/,
      ],
      [
        'a picture that is none',
        'qly/v1/river/river-01/image',
        Buffer.from('GIF89a'),
        'QLY_PAYLOAD_UNREADABLE',
        /JPEG/,
      ],
    ]
    plant = await openPlant()
    const client = await plant.connect('river-01')
    for (const [, where, payload] of letters) await client.publishAsync(where, payload, { qos: 1 })
    const stored = await plant.until('qly.dead-letter.v1', (all) => all.length === letters.length)
    for (const [what, where, payload, code, reason] of letters) {
      const letter = stored.find(({ data }) => reason.test(data.reason))?.data
      expect(letter, what).toMatchObject({
        stage: 'ingest',
        origin: where,
        deviceId: 'river-01',
        code,
        truncated: false,
        sizeBytes: payload.length,
      })
      expect(Buffer.from(letter?.base64 ?? '', 'base64')).toEqual(payload)
    }
    expect(client.connected).toBe(true)
  })

  it.each([4, 5] as const)(
    'a payload over the limit is cut, kept as a dead letter and acknowledged (MQTT %i)',
    async (protocolVersion) => {
      plant = await openPlant({ yaml: `${plantDevices}\nmqtt: { port: 0, maximumPayloadBytes: 65536 }` })
      const client = await plant.connect('river-01', { protocolVersion })
      const payload = Buffer.alloc(400_000, 0x61)
      // a client that heeds the broker's maximum packet size would not send it
      if (client.options.properties) client.options.properties.maximumPacketSize = 10_000_000
      await client.publishAsync(topic, payload, { qos: 1 })
      await client.publishAsync(topic, reading(7), { qos: 1 })
      const [letter] = await plant.until('qly.dead-letter.v1', (all) => all.length === 1)
      expect(letter?.data).toMatchObject({ code: 'QLY_PAYLOAD_TOO_LARGE', truncated: true, sizeBytes: 400_000 })
      await plant.until('qly.reading.v1', (all) => all.length === 1)
    },
  )
})

/** A bus that can be made to refuse what is published, retryably. */
function closedValve() {
  let shut = false
  let tries = 0
  const waiting: (() => void)[] = []
  return {
    close: () => {
      shut = true
    },
    open: () => {
      shut = false
    },
    tried: (times: number) =>
      new Promise<void>((resolve) => {
        const look = () => (tries >= times ? resolve() : waiting.push(look))
        look()
      }),
    wrap: (bus: EventBus): EventBus => ({
      ...bus,
      publish(outgoing) {
        if (!shut) return bus.publish(outgoing)
        tries++
        for (const look of waiting.splice(0)) look()
        return Promise.reject(new AppError('QLY_BUS_UNAVAILABLE', 'shut for the test'))
      },
    }),
  }
}

async function rawClient({ broker }: Plant, name: string) {
  const socket = connectTcp(broker.port, '127.0.0.1')
  const reader = parser()
  const packets: Packet[] = []
  const waiting: ((packet: Packet) => void)[] = []
  reader.on('packet', (packet) => (waiting.shift() ?? ((each: Packet) => packets.push(each)))(packet))
  socket.on('data', (bytes) => reader.parse(bytes))
  const wire = {
    send: (packet: Packet) => void socket.write(generate(packet)),
    next: () =>
      new Promise<Packet>((resolve) => {
        const packet = packets.shift()
        if (packet) resolve(packet)
        else waiting.push(resolve)
      }),
    socket,
  }
  wire.send({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'raw',
    keepalive: 30,
    username: name,
    password: Buffer.from(passwordOf(name)),
  })
  expect(await wire.next()).toMatchObject({ cmd: 'connack', returnCode: 0 })
  return wire
}
