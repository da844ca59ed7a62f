import fc from 'fast-check'
import { generate, parser } from 'mqtt-packet'
import { afterEach, describe, expect, it } from 'vitest'
import { quiet } from '../testing/quiet.ts'
import { startTestBroker, type TestBroker } from '../testing/test-broker.ts'
import { runMqttLoad } from './mqtt-load.ts'
import { connectPacket, createPacketCounter, publishPacket } from './mqtt-packets.ts'

let broker: TestBroker | undefined
afterEach(async () => {
  await broker?.close()
  broker = undefined
})

describe('packets', () => {
  it('are what an MQTT parser reads', () => {
    const seen: { cmd: string }[] = []
    const reader = parser()
    reader.on('packet', (packet) => seen.push(packet))
    reader.parse(connectPacket('a', 'user', 'secret', 60))
    reader.parse(publishPacket('qly/v1/noise/a/readings', 513, Buffer.from('x'.repeat(300))))
    expect(seen).toMatchObject([
      { cmd: 'connect', clientId: 'a', username: 'user', keepalive: 60, clean: true, protocolVersion: 4 },
      { cmd: 'publish', topic: 'qly/v1/noise/a/readings', qos: 1, messageId: 513 },
    ])
  })

  it('are counted wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (ids, size) => {
          const stream = Buffer.concat(ids.map((messageId) => generate({ cmd: 'puback', messageId })))
          const seen: number[] = []
          const counter = createPacketCounter((type, high, low) => void (type === 4 && seen.push((high << 8) | low)))
          for (let at = 0; at < stream.length; at += size) counter.push(stream.subarray(at, at + size))
          expect(seen).toEqual(ids)
        },
      ),
    )
  })
})

describe('load on a broker', () => {
  it('has every message acknowledged, each a reading of its device', async () => {
    broker = await startTestBroker({ a: 'secret-a', b: 'secret-b' })
    const { hostname, port } = new URL(broker.url)
    const devices = [
      { id: 'a', password: 'secret-a', kind: 'noise' },
      { id: 'b', password: 'secret-b', kind: 'noise' },
    ]
    const result = await runMqttLoad(quiet, {
      host: hostname,
      port: Number(port),
      devices,
      messages: 500,
      window: 10,
      bytes: 300,
    })
    expect(result).toMatchObject({ sent: 500, acknowledged: 500 })
    expect(broker.published.filter(({ topic }) => topic.endsWith('/readings'))).toHaveLength(500)
    const body = broker.published.at(-1)?.payload
    expect(body?.length).toBe(300)
    expect(JSON.parse(String(body))).toMatchObject({ values: { noise_la: expect.any(Number) } })
  })

  it('says who was refused', async () => {
    broker = await startTestBroker({})
    const { hostname, port } = new URL(broker.url)
    const devices = [{ id: 'stranger', password: 'x', kind: 'noise' }]
    await expect(runMqttLoad(quiet, { host: hostname, port: Number(port), devices, messages: 1 })).rejects.toThrow(
      /stranger/,
    )
  })
})
