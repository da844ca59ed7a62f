// What subscribers get, over MQTT 3.1.1 and 5, and that a slow one cannot hurt the others.
import type { MqttClient } from 'mqtt'
import { afterEach, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { alertChangedV1 } from '../contracts/events/alert-changed-v1.ts'
import { findingChangedV1 } from '../contracts/events/finding-changed-v1.ts'
import { frameAnalysedV1 } from '../contracts/events/frame-analysed-v1.ts'
import { openPlant, type Plant } from './testing/device-plant.ts'

let plant: Plant
afterEach(() => plant.close())

interface Got {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: number
  readonly retain: boolean
  readonly properties?: { contentType?: string; userProperties?: Record<string, unknown> }
}

/** What the client gets from now on; `count` resolves once there is so much. */
function collect(client: MqttClient) {
  const got: Got[] = []
  const waiting = new Set<() => void>()
  client.on('message', (topic, payload, packet) => {
    const properties = packet.properties as Got['properties']
    got.push({ topic, payload, qos: packet.qos, retain: packet.retain, ...(properties ? { properties } : {}) })
    for (const look of waiting) look()
  })
  return {
    got,
    count: (number: number) =>
      new Promise<Got[]>((resolve) => {
        const look = () => {
          if (got.length < number) return
          waiting.delete(look)
          resolve(got)
        }
        waiting.add(look)
        look()
      }),
  }
}

const alert = (id: string) =>
  ({
    topic: 'qly.alert.v1',
    event: createEvent(
      alertChangedV1,
      { source: '/alerts', id, time: 0, traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` },
      { ...alertChangedV1.example, alert: { ...alertChangedV1.example.alert, id } },
    ),
  }) as const

describe('events out', () => {
  it('are structured JSON for MQTT 3.1.1 and binary with user properties for MQTT 5, QoS 1, not retained', async () => {
    plant = await openPlant()
    const old = await plant.connect('ticketing', { clientId: 'old', protocolVersion: 4 })
    const young = await plant.connect('ticketing', { clientId: 'young', protocolVersion: 5 })
    const [toOld, toYoung] = [collect(old), collect(young)]
    for (const client of [old, young]) await client.subscribeAsync('qly/v1/events/#', { qos: 1 })
    await plant.bus.publish([alert('A1')])
    const [first] = await toOld.count(1)
    const [second] = await toYoung.count(1)
    expect(first).toMatchObject({ topic: 'qly/v1/events/alert/A1', qos: 1, retain: false })
    expect(JSON.parse(first!.payload.toString())).toEqual(alert('A1').event)
    expect(second).toMatchObject({ topic: 'qly/v1/events/alert/A1', qos: 1, retain: false })
    expect(JSON.parse(second!.payload.toString())).toEqual(alert('A1').event.data)
    const { data: _data, datacontenttype, ...attributes } = alert('A1').event
    expect(second!.properties).toMatchObject({ contentType: datacontenttype, userProperties: attributes })
  })

  it('findings go out, frames do not unless asked; keys cannot make other levels', async () => {
    plant = await openPlant()
    const client = await plant.connect('ticketing')
    const { count } = collect(client)
    await client.subscribeAsync('qly/v1/events/detection/+', { qos: 0 })
    const origin = { source: '/vision', time: 0 }
    const { cameraId: _camera, ...withoutCamera } = findingChangedV1.example
    await plant.bus.publish([
      { topic: 'qly.detection.v1', event: createEvent(frameAnalysedV1, origin, frameAnalysedV1.example) },
      {
        topic: 'qly.detection.v1',
        event: createEvent(findingChangedV1, origin, { ...withoutCamera, findingId: 'a/b+#' }),
      },
    ])
    const [only] = await count(1)
    expect(only?.topic).toBe('qly/v1/events/detection/a_b__')
  })

  it('wait for a subscriber with a kept session while it is away', async () => {
    plant = await openPlant()
    const options = { clean: false, clientId: 'keeper', protocolVersion: 4 as const }
    const before = await plant.connect('ticketing', options)
    await before.subscribeAsync('qly/v1/events/alert/#', { qos: 1 })
    await before.endAsync()
    const other = await plant.connect('ticketing', { clientId: 'other' })
    const toOther = collect(other)
    await other.subscribeAsync('qly/v1/events/#', { qos: 1 })
    await plant.bus.publish([alert('A1'), alert('A2')])
    await toOther.count(2)
    const after = await plant.connect('ticketing', { ...options, manualConnect: false })
    const { got, count } = collect(after)
    await count(2)
    expect(got.map(({ topic }) => topic).sort()).toEqual(['qly/v1/events/alert/A1', 'qly/v1/events/alert/A2'])
  })

  it('a session that is over its limit is dropped and counted, others go on', async () => {
    plant = await openPlant({
      yaml: 'mqtt: { port: 0, maximumQueueMessages: 5, subscribers: [{ name: ticketing, password: ticketing-secret }] }',
    })
    const lazy = await plant.connect('ticketing', { clean: false, clientId: 'lazy' })
    await lazy.subscribeAsync('qly/v1/events/#', { qos: 1 })
    await lazy.endAsync()
    const other = await plant.connect('ticketing', { clientId: 'other' })
    const { count } = collect(other)
    await other.subscribeAsync('qly/v1/events/#', { qos: 1 })
    await plant.bus.publish(Array.from({ length: 20 }, (_, index) => alert(`A${index}`)))
    await count(20)
    expect(await plant.metric('qianliyan_mqtt_dropped_total', { reason: 'queue_full' })).toBeGreaterThan(5)
  })

  it('a subscriber that does not read is disconnected and counted, others get everything', async () => {
    plant = await openPlant({
      yaml: 'mqtt: { port: 0, maximumQueueBytes: 65536, subscribers: [{ name: ticketing, password: ticketing-secret }] }',
    })
    const stuck = await plant.connect('ticketing', { clientId: 'stuck' })
    await stuck.subscribeAsync('qly/v1/events/#', { qos: 1 })
    const lost = new Promise<void>((resolve) => stuck.stream.once('close', () => resolve()))
    stuck.stream.pause()
    ;(stuck.stream as unknown as { _handle: { readStop(): void } })._handle.readStop()
    const other = await plant.connect('ticketing', { clientId: 'other' })
    const { got } = collect(other)
    await other.subscribeAsync('qly/v1/events/#', { qos: 1 })
    let sent = 0
    let closed = false
    void lost.then(() => {
      closed = true
    })
    while ((await plant.metric('qianliyan_mqtt_disconnected_total', { reason: 'slow' })) === 0 && sent < 20_000) {
      await plant.bus.publish(Array.from({ length: 200 }, () => alert(`A${sent++}`)))
      while (got.length < sent) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await plant.metric('qianliyan_mqtt_disconnected_total', { reason: 'slow' })).toBe(1)
    expect(got).toHaveLength(sent)
    expect(closed).toBe(false)
  })
})

describe('answers to devices', () => {
  it('reach a DJI gateway once its event is durable, also for a repeated one', async () => {
    plant = await openPlant()
    for (const protocolVersion of [4, 5] as const) {
      const dock = await plant.connect('DOCK1', { protocolVersion })
      const { count } = collect(dock)
      await dock.subscribeAsync(
        ['thing/product/DOCK1/events_reply', 'thing/product/DOCK1/requests_reply', 'sys/product/DOCK1/status_reply'],
        { qos: 1 },
      )
      const event = {
        tid: `t${protocolVersion}`,
        bid: 'b',
        need_reply: 1,
        method: 'hms',
        timestamp: 1_667_220_873_846,
        data: { list: [] },
      }
      await dock.publishAsync('thing/product/DOCK1/events', JSON.stringify(event), { qos: 1 })
      await dock.publishAsync('thing/product/DOCK1/events', JSON.stringify(event), { qos: 1 })
      await dock.publishAsync(
        'thing/product/DOCK1/requests',
        JSON.stringify({ tid: 'r', bid: 'b', method: 'flight_areas_get', data: null }),
        { qos: 1 },
      )
      const answers = (await count(3)).map(({ topic, payload }) => ({
        topic,
        ...(JSON.parse(payload.toString()) as object),
      }))
      expect(answers).toMatchObject([
        {
          topic: 'thing/product/DOCK1/events_reply',
          tid: `t${protocolVersion}`,
          bid: 'b',
          method: 'hms',
          data: { result: 0 },
        },
        {
          topic: 'thing/product/DOCK1/events_reply',
          tid: `t${protocolVersion}`,
          bid: 'b',
          method: 'hms',
          data: { result: 0 },
        },
        { topic: 'thing/product/DOCK1/requests_reply', tid: 'r', data: { result: 0, output: { files: [] } } },
      ])
      await dock.endAsync()
    }
    const stored = await plant.until('qly.device.v1', (all) => all.filter(({ data }) => data.patch?.events).length >= 2)
    expect(stored.filter(({ data }) => data.patch?.events)).toHaveLength(2)
  })
})
