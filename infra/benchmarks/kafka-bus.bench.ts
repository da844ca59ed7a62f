// The Kafka adapter against bare kafkajs in one run: the same messages to the same broker, turn by turn, each in a process of its own. Bare kafkajs gets
// them ready-made; the adapter also checks each event against its schema, serialises it, chooses its partition and gathers single publishes into requests.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type TopicName, topics } from '../../services/contracts/topics.ts'
import { systemClock } from '../../services/kernel/clock/system-clock.ts'
import type { EventBus } from '../../services/kernel/event-bus/event-bus.ts'
import { createKafkaEventBus } from '../../services/kernel/event-bus/kafka/kafka-event-bus.ts'
import { makeTopics } from '../../services/kernel/event-bus/kafka/kafka-topics.ts'
import { Kafka, logLevel } from '../../services/kernel/event-bus/kafka/kafkajs.ts'
import { silentLogger } from '../../services/kernel/logging/logger.ts'
import { createMetrics } from '../../services/kernel/metrics/metrics.ts'
import type { BareOptions } from './bare-kafkajs.ts'
import type { Bench } from './bench-port.ts'
import { createMeter, makeReadings, publishAll, timed } from './bus-load.ts'

const events = 60_000
const rounds = 3
const topic: TopicName = 'qly.reading.v1'

export const bench: Bench = {
  name: 'Kafka bus',
  needs: ['kafka'],
  async run(report) {
    const brokers = (process.env.QLY_TEST_KAFKA_BROKERS ?? '127.0.0.1:19092').split(',')
    const topicPrefix = `bench-${Date.now().toString(36)}.`
    const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
    const config = { brokers, clientId: 'bench', replicationFactor: 1, sessionTimeoutMs: 8000, topicPrefix, ssl: false }
    const bus = createKafkaEventBus(deps, config)
    await bus.start()
    const kafka = new Kafka({ brokers, clientId: 'bench-admin', logLevel: logLevel.NOTHING })
    const { partitions } = topics[topic]
    const bareTopic = `${topicPrefix}bare`
    await makeTopics(kafka, systemClock, [{ topic: bareTopic, numPartitions: partitions }])
    const bare = await startBare({ brokers, topic: bareTopic, partitions, events, request: 1500 })
    try {
      const produced = { bare: 0, ours: 0 }
      const consumed = { bare: 0, ours: 0 }
      for (let round = 0; round < rounds; round++) {
        produced.bare = Math.max(produced.bare, await ask(bare, 'produce'))
        const load = makeReadings(events)
        produced.ours = Math.max(produced.ours, events / (await timed(() => publishAll(bus, load, 4000))).seconds)
      }
      for (let round = 0; round < rounds; round++) {
        consumed.bare = Math.max(consumed.bare, await ask(bare, 'consume'))
        consumed.ours = Math.max(consumed.ours, await consume(bus, `bench-${round}`))
      }
      const against = 'bare kafkajs'
      const results = [['produce', produced] as const, ['consume', consumed] as const]
      for (const [what, { bare: value, ours }] of results) {
        report({ what: `${what}, ${against}`, value, unit: 'events/s' })
        report({ what, value: ours, unit: 'events/s', against, ratio: ours / value, target: 0.9 })
      }
    } finally {
      bare.disconnect()
      await bus.stop()
      await deleteTopics(kafka, topicPrefix)
    }
  },
}

async function startBare(options: BareOptions): Promise<ChildProcess> {
  const child = fork(new URL('./bare-kafkajs.ts', import.meta.url), [JSON.stringify(options)])
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('no bare kafkajs'))),
  ])
  return child
}

async function ask(child: ChildProcess, command: 'produce' | 'consume'): Promise<number> {
  child.send(command)
  const [rate] = await once(child, 'message')
  return Number(rate)
}

async function consume(bus: EventBus, group: string): Promise<number> {
  const meter = createMeter(events * rounds)
  const subscription = await bus.subscribe({ topics: [topic], group }, async (batch) => meter.count(batch.length))
  const rate = await meter.rate
  await subscription.stop()
  return rate
}

async function deleteTopics(kafka: InstanceType<typeof Kafka>, prefix: string): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  const ours = (await admin.listTopics()).filter((name) => name.startsWith(prefix))
  await admin.deleteTopics({ topics: ours })
  await admin.disconnect()
}
