// Part of the conformance suite: what is published arrives, whole, in order per key, and no faster than it is handled.
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createEvent } from '../../contracts/cloud-event.ts'
import { frameCapturedV1 } from '../../contracts/events/frame-captured-v1.ts'
import { topics } from '../../contracts/topics.ts'
import type { BusTest } from './event-bus.conformance.ts'
import type { Delivery, Outgoing } from './event-bus.ts'
import { partitionOf } from './murmur2.ts'
import { createCollector, eventually } from './test-collector.ts'
import { numberOf, range, reading } from './test-readings.ts'

export function deliveryTests(test: BusTest): void {
  it('gives the events of a key in their order, each once, in the partition of the key', async () => {
    const source = `/${test.unique}`
    const got = createCollector(source)
    await test.bus.subscribe({ topics: ['qly.reading.v1'], group: test.unique }, async (batch) => got.take(batch))
    const devices = range(0, 10).map((index) => `river-${index}`)
    await Promise.all(
      devices.map(async (device) => {
        for (const number of range(0, 20)) await test.bus.publish([reading(source, device, number)])
        await test.bus.publish(range(20, 50).map((number) => reading(source, device, number)))
      }),
    )
    await got.reach(500)
    for (const device of devices) expect(got.numbers(device)).toEqual(range(0, 50))
    const count = topics['qly.reading.v1'].partitions
    for (const { key, partition } of got.deliveries) expect(partition).toBe(partitionOf(key, count))
  })

  it('keeps an event as it was published', async () => {
    const source = `/${test.unique}`
    const [original] = [reading(source, 'river-苏州', 7)]
    const sent = { ...original, event: { ...original.event, subject: '山塘河', traceparent } } as Outgoing
    const ascii = { ...sent, event: { ...sent.event, data: { ...sent.event.data, deviceId: 'river-7' } } } as Outgoing
    const before = Date.now()
    await test.bus.publish([ascii])
    const got = createCollector(source)
    await test.bus.tail({ topics: ['qly.reading.v1'], from: 'earliest' }, (delivery) => got.take([delivery]))
    await got.reach(1)
    const [delivery] = got.deliveries
    expect(delivery).toMatchObject({ topic: 'qly.reading.v1', key: 'river-7', event: ascii.event })
    expect(delivery?.event).toEqual(ascii.event)
    expect(delivery?.storedAt).toBeGreaterThanOrEqual(before - 1000)
    expect(delivery?.storedAt).toBeLessThanOrEqual(Date.now() + 1000)
  })

  it('carries a picture of 3 MiB', async () => {
    const source = `/${test.unique}`
    const base64 = Buffer.alloc(3 * 1024 * 1024, 'qianliyan').toString('base64')
    const sha256 = createHash('sha256').update(base64).digest('hex')
    const data = { ...frameCapturedV1.example, cameraId: 'kitchen-1', base64, sha256 }
    const event = createEvent(frameCapturedV1, { source, time: 0 }, data)
    await test.bus.publish([{ topic: 'qly.frame.v1', event }])
    const got: Delivery<'qly.frame.v1'>[] = []
    await test.bus.subscribe({ topics: ['qly.frame.v1'], group: test.unique }, async (batch) => {
      got.push(...batch.filter((delivery) => delivery.event.source === source))
    })
    await eventually(() => got.length, 1)
    expect(got[0]?.event.data.base64 === base64).toBe(true)
  })

  it('stores nothing of a call with an event that does not fit its schema or its topic', async () => {
    const source = `/${test.unique}`
    const good = reading(source, 'a', 1)
    const bad = { ...good, event: { ...good.event, data: { ...good.event.data, values: { ph: 'acid' } } } }
    await expect(test.bus.publish([good, bad as unknown as Outgoing])).rejects.toMatchObject({
      code: 'QLY_BUS_EVENT_INVALID',
      retryable: false,
      message: expect.stringContaining('/data/values/ph'),
    })
    const astray = { topic: 'qly.alert.v1', event: good.event } as unknown as Outgoing
    await expect(test.bus.publish([astray])).rejects.toMatchObject({ code: 'QLY_BUS_EVENT_INVALID' })
    await test.bus.publish([reading(source, 'a', 2)])
    const got = createCollector(source)
    await test.bus.tail({ topics: ['qly.reading.v1'], from: 'earliest' }, (delivery) => got.take([delivery]))
    await got.reach(1)
    expect(got.numbers()).toEqual([2])
  })

  it('waits for a slow handler: one call a partition at a time, batches of a bounded size, the rest is lag', async () => {
    const source = `/${test.unique}`
    await test.bus.publish(range(0, 400).map((number) => reading(source, 'a', number)))
    const got = createCollector(source)
    const gate = Promise.withResolvers<void>()
    let inside = 0
    let most = 0
    const sizes: number[] = []
    const options = { topics: ['qly.reading.v1'] as const, group: test.unique, maximumBatch: 50 }
    const subscription = await test.bus.subscribe(options, async (batch) => {
      sizes.push(batch.length)
      if (!batch.some(({ event }) => event.source === source)) return
      most = Math.max(most, ++inside)
      got.take(batch)
      await gate.promise
      inside--
    })
    await eventually(() => inside, 1)
    expect(await subscription.lag()).toBeGreaterThanOrEqual(400)
    const held = got.deliveries.length
    await test.bus.publish(range(400, 450).map((number) => reading(source, 'a', number)))
    expect(got.deliveries.length).toBe(held)
    gate.resolve()
    await got.reach(450)
    expect(got.deliveries.map(numberOf)).toEqual(range(0, 450))
    expect(most).toBe(1)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50)
    await eventually(() => subscription.lag(), 0)
    expect(await test.registry.metrics()).toContain(
      `qianliyan_bus_consumer_lag{group="${test.unique}",topic="qly.reading.v1"} 0`,
    )
    expect(await test.registry.metrics()).toContain('qianliyan_bus_published_total{topic="qly.reading.v1"} 450')
  })
}

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
