// Kafka: the conformance suite on a real broker, and what only Kafka has: topics, headers, foreign messages, members that die.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Admin, Kafka, logLevel, type Message } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { topics } from '../../../contracts/topics.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { silentLogger } from '../../logging/logger.ts'
import { createMetrics } from '../../metrics/metrics.ts'
import { eventBusConformance } from '../event-bus.conformance.ts'
import type { Delivery, EventBus } from '../event-bus.ts'
import { partitionOf } from '../murmur2.ts'
import { createCollector, eventually } from '../test-collector.ts'
import { range, reading } from '../test-readings.ts'
import { createKafkaEventBus } from './kafka-event-bus.ts'

const address = process.env.QLY_TEST_KAFKA_BROKERS
if (!address) throw new Error('QLY_TEST_KAFKA_BROKERS is not set: start the servers with `npm run servers -- up`')
const brokers = address.split(',')
const topicPrefix = `conformance-${Date.now().toString(36)}.`
const config = { brokers, clientId: 'test', replicationFactor: 1, sessionTimeoutMs: 6000, topicPrefix, ssl: false }
const open = (registry = createMetrics(), changes: Partial<typeof config> = {}): EventBus =>
  createKafkaEventBus({ clock: systemClock, logger: silentLogger, registry }, { ...config, ...changes })

const kafka = new Kafka({ brokers, clientId: 'test-observer', logLevel: logLevel.NOTHING })
let admin: Admin
beforeAll(async () => {
  admin = kafka.admin()
  await admin.connect()
})
afterAll(async () => {
  const ours = (await admin.listTopics()).filter((name) => name.startsWith(topicPrefix))
  await admin.deleteTopics({ topics: ours })
  await admin.disconnect()
})

eventBusConformance('Kafka', async () => ({ open, close: async () => {} }))

describe('the Kafka bus', () => {
  const topic = `${topicPrefix}qly.reading.v1`
  const started: EventBus[] = []
  const start = async () => {
    const bus = open()
    started.push(bus)
    await bus.start()
    return bus
  }
  afterAll(() => Promise.all(started.map((bus) => bus.stop())))

  it('makes topics as the topic map says', async () => {
    await start()
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic, configNames: ['retention.ms', 'retention.bytes', 'message.timestamp.type'] }],
    })
    const { retention, partitions } = topics['qly.reading.v1']
    const settings = Object.fromEntries(
      resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]) ?? [],
    )
    expect(settings).toEqual({
      'retention.ms': String(retention.milliseconds),
      'retention.bytes': String(Math.floor(retention.bytes / partitions)),
      'message.timestamp.type': 'LogAppendTime',
    })
    const [found] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics
    expect(found?.partitions).toHaveLength(partitions)
  })

  it('speaks the CloudEvents binding in binary mode', async () => {
    const bus = await start()
    const source = '/binding'
    const consumer = kafka.consumer({ groupId: `${topicPrefix}observer` })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const seen: { partition: number; message: Message }[] = []
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        if (message.headers?.ce_source?.toString() === source) seen.push({ partition, message })
      },
    })
    const outgoing = reading(source, 'river-1', 1)
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await bus.publish([{ ...outgoing, event: { ...outgoing.event, traceparent } } as typeof outgoing])
    await eventually(() => seen.length, 1)
    await consumer.disconnect()
    const [{ partition, message } = { partition: -1, message: null }] = seen
    const headers = Object.fromEntries(
      Object.entries(message?.headers ?? {}).map(([name, value]) => [name, `${value}`]),
    )
    expect(headers).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: 'river-1-1',
      ce_source: source,
      ce_type: 'cn.qianliyan.reading.recorded.v1',
      ce_time: '1970-01-01T00:00:00.001Z',
      ce_traceparent: traceparent,
      traceparent,
    })
    expect(JSON.parse(String(message?.value))).toEqual(outgoing.event.data)
    expect(String(message?.key)).toBe('river-1')
    expect(partition).toBe(partitionOf('river-1', topics['qly.reading.v1'].partitions))
  })

  it('reads structured events, and puts what it cannot read into the dead letter', async () => {
    const bus = await start()
    const source = '/foreign'
    const letters: Delivery<'qly.dead-letter.v1'>[] = []
    await bus.tail({ topics: ['qly.dead-letter.v1'], from: 'latest' }, (letter) => void letters.push(letter))
    const got = createCollector(source)
    await bus.subscribe({ topics: ['qly.reading.v1'], group: 'foreign', from: 'latest' }, async (batch) =>
      got.take(batch),
    )
    const producer = kafka.producer()
    await producer.connect()
    const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' }
    const wrong = { ...reading(source, 'a', 2).event, data: { deviceId: 'a' } }
    await producer.send({
      topic,
      messages: [
        { key: 'a', partition: 0, value: Buffer.from([0xff, 0xfe, 0x00]) },
        { key: 'a', partition: 0, value: '{"cut', headers: { ce_type: 'cn.qianliyan.reading.recorded.v1' } },
        { key: 'a', partition: 0, value: JSON.stringify(wrong), headers: structured },
        { key: 'a', partition: 0, value: null },
        { key: 'a', partition: 0, value: JSON.stringify(reading(source, 'a', 3).event), headers: structured },
      ],
    })
    await producer.disconnect()
    await got.reach(1)
    await eventually(() => letters.length, 4)
    expect(got.numbers()).toEqual([3])
    expect(letters.map(({ event }) => [event.data.code, event.data.sizeBytes])).toEqual([
      ['QLY_PAYLOAD_UNREADABLE', 3],
      ['QLY_PAYLOAD_UNREADABLE', 5],
      ['QLY_BUS_EVENT_INVALID', JSON.stringify(wrong).length],
      ['QLY_PAYLOAD_UNREADABLE', 0],
    ])
    expect(letters[0]?.event.data.base64).toBe(Buffer.from([0xff, 0xfe, 0x00]).toString('base64'))
  })

  it('that nobody answers is QLY_BUS_UNAVAILABLE', async () => {
    const bus = open(createMetrics(), { brokers: ['127.0.0.1:1'] })
    await expect(bus.start()).rejects.toMatchObject({ code: 'QLY_BUS_UNAVAILABLE', retryable: true })
    await expect(bus.check()).rejects.toMatchObject({ code: 'QLY_BUS_UNAVAILABLE' })
    await bus.stop()
  })

  it('moves partitions and slots of a killed process to the living within 15 s', async () => {
    const bus = await start()
    const source = '/killed'
    const child = spawn(process.execPath, [new URL('./test-member.ts', import.meta.url).pathname], {
      env: { ...process.env, QLY_TEST_CONFIG: JSON.stringify(config) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines: string[] = []
    child.stdout.on('data', (chunk) => lines.push(...String(chunk).trim().split('\n')))
    await eventually(() => lines.includes('slots 16') && lines.includes('subscribed'), true)

    let slots = 0
    const onAssigned = async (assigned: ReadonlySet<number>) => {
      slots = assigned.size
    }
    await bus.join({ group: 'killed', slots: 16, onAssigned })
    const got = createCollector(source)
    await bus.subscribe({ topics: ['qly.reading.v1'], group: 'killed' }, async (batch) => got.take(batch))
    await eventually(() => slots, 8)
    await eventually(() => lines.includes('slots 8'), true)

    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    const killedAt = performance.now()
    // the child holds its events without an end: they come again
    await bus.publish(range(0, 48).map((number) => reading(source, `device-${number}`, number)))
    await got.reach(48)
    await eventually(() => slots, 16)
    expect(performance.now() - killedAt).toBeLessThan(15_000)
  })
})
