// The external broker: acknowledged only once durable, sent again after a crash, order kept, nothing lost over a cut, events out.
import { randomUUID } from 'node:crypto'
import { connect as connectTcp, createServer, type Socket } from 'node:net'
import mqtt, { type IClientOptions } from 'mqtt'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEvent } from '../../contracts/cloud-event.ts'
import { AppError } from '../../contracts/errors.ts'
import { alertChangedV1 } from '../../contracts/events/alert-changed-v1.ts'
import type { EventBus } from '../../kernel/event-bus/event-bus.ts'
import { openPlant, type Plant } from '../testing/device-plant.ts'

const url = process.env.QLY_TEST_MQTT_URL ?? ''
const opened: { close(): Promise<unknown> }[] = []

beforeAll(() => {
  if (url === '') throw new Error('QLY_TEST_MQTT_URL is not set: start the servers with `npm run servers -- up`')
})
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

interface Settings {
  readonly address?: string
  readonly session?: string
  readonly protocol?: '3.1.1' | '5'
  /** '' plain (default), 'shared' a group of the session's own */
  readonly kind?: 'plain' | 'shared'
  readonly directory?: string
  readonly wrapBus?: (bus: EventBus) => EventBus
}

/** A plant on the external broker; sessions and groups have names of their own in each test. */
async function plantOn({
  address = url,
  session = randomUUID(),
  protocol = '5',
  kind = 'plain',
  directory,
  wrapBus,
}: Settings): Promise<Plant> {
  const plant = await openPlant({
    yaml: `mqtt: { url: "${address}", external: { clientId: "t-${session}", group: "${kind === 'plain' ? '' : `g-${session}`}", protocol: "${protocol}", sessionExpirySeconds: 60 } }`,
    ...(directory === undefined ? {} : { directory }),
    ...(wrapBus ? { wrapBus } : {}),
  })
  opened.push({ close: () => plant.close() })
  return plant
}

async function device(options: IClientOptions = {}) {
  const client = await mqtt.connectAsync(url, { clientId: `d-${randomUUID()}`, ...options })
  opened.push({ close: () => client.endAsync(true) })
  return client
}

/** A device id of its own, since every test that runs on the broker sees all devices. */
const newDevice = () => `river-${randomUUID().slice(0, 8)}`
const topicOf = (id: string) => `qly/v1/river/${id}/readings`
const reading = (value: number) =>
  JSON.stringify({ at: new Date(1_593_324_000_000 + value).toISOString(), values: { ph: value } })
const valuesOf = (plant: Plant, id: string) =>
  plant.events.flatMap((event) =>
    event.type === 'cn.qianliyan.reading.recorded.v1' && event.data.deviceId === id ? [event.data.values.ph] : [],
  )
const until = (plant: Plant, id: string, count: number) =>
  plant.until('qly.reading.v1', () => valuesOf(plant, id).length >= count)
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

const kinds = ['plain', 'shared'] as const

describe('an external broker', () => {
  it.each([
    ['3.1.1', 'plain'],
    ['5', 'plain'],
    ['5', 'shared'],
  ] as const)('hands on everything in order (MQTT %s, %s)', async (protocol, kind) => {
    const plant = await plantOn({ protocol, kind })
    const [client, id] = [await device(), newDevice()]
    await Promise.all(numbers(500).map((value) => client.publishAsync(topicOf(id), reading(value), { qos: 1 })))
    await until(plant, id, 500)
    expect(valuesOf(plant, id)).toEqual(numbers(500))
  })

  it.each(kinds)(
    'is not acknowledged before the bus has it: after a crash everything comes again (%s)',
    async (kind) => {
      const [session, id, client] = [randomUUID(), newDevice(), await device()]
      let shut = true
      let tries = 0
      const first = await plantOn({
        session,
        kind,
        wrapBus: (bus) => ({
          ...bus,
          publish: (outgoing) => {
            if (!shut || !outgoing.some(({ topic }) => topic === 'qly.reading.v1')) return bus.publish(outgoing)
            tries++
            return Promise.reject(new AppError('QLY_BUS_UNAVAILABLE', 'shut for the test'))
          },
        }),
      })
      await Promise.all(numbers(50).map((value) => client.publishAsync(topicOf(id), reading(value), { qos: 1 })))
      while (tries === 0) await new Promise((resolve) => setImmediate(resolve))
      await first.close()
      shut = false
      const second = await plantOn({ session, kind })
      await until(second, id, 50)
      expect(valuesOf(first, id)).toEqual([])
      expect(valuesOf(second, id)).toEqual(numbers(50))
    },
  )

  it.each(kinds)('a connection cut under load loses nothing and doubles nothing (%s)', async (kind) => {
    const proxy = await openProxy(new URL(url))
    const plant = await plantOn({ address: proxy.url, kind })
    const [client, id] = [await device(), newDevice()]
    const count = 2000
    for (let value = 0; value < count; value++) {
      await client.publishAsync(topicOf(id), reading(value), { qos: 1 })
      if (value % 500 === 250) proxy.cut()
    }
    await until(plant, id, count)
    expect([...new Set(valuesOf(plant, id))].length).toBe(count)
    expect(valuesOf(plant, id)).toHaveLength(count)
  })

  it.each([
    ['3.1.1', 'structured'],
    ['5', 'binary'],
  ] as const)('events go out to it (MQTT %s: %s)', async (protocol, mode) => {
    const plant = await plantOn({ protocol })
    const subscriber = await device({ protocolVersion: 5 })
    const id = randomUUID()
    await subscriber.subscribeAsync(`qly/v1/events/alert/${id}`, { qos: 1 })
    const got = new Promise<{ payload: Buffer; properties: unknown }>((resolve) =>
      subscriber.once('message', (_topic, payload, packet) => resolve({ payload, properties: packet.properties })),
    )
    const data = { ...alertChangedV1.example, alert: { ...alertChangedV1.example.alert, id } }
    const event = createEvent(alertChangedV1, { source: '/alerts', id, time: 0 }, data)
    await plant.bus.publish([{ topic: 'qly.alert.v1', event }])
    const { payload, properties } = await got
    expect(JSON.parse(payload.toString())).toEqual(mode === 'binary' ? data : event)
    if (mode === 'binary')
      expect(properties).toMatchObject({
        contentType: 'application/json',
        userProperties: { id, type: event.type, specversion: '1.0' },
      })
  })

  it('that is away at the start is waited for in the background', async () => {
    const proxy = await openProxy(new URL(url))
    proxy.refuse = true
    const opening = plantOn({ address: proxy.url })
    const id = newDevice()
    while (proxy.refused < 2) await new Promise((resolve) => setImmediate(resolve))
    proxy.refuse = false
    const plant = await opening
    const client = await device()
    await plant.broker.check?.()
    await client.publishAsync(topicOf(id), reading(1), { qos: 1 })
    await until(plant, id, 1)
  })
})

/** A TCP proxy whose connections can be cut. */
async function openProxy(target: URL) {
  const sockets = new Set<Socket>()
  const proxy = {
    url: '',
    refuse: false,
    refused: 0,
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
  const server = createServer((near) => {
    if (proxy.refuse) {
      proxy.refused++
      near.destroy()
      return
    }
    const far = connectTcp(Number(target.port), target.hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  proxy.url = `mqtt://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  opened.push({
    close: async () => {
      proxy.cut()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return proxy
}
