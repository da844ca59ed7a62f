// kafkajs alone, for kafka-bus.bench.ts: a process of its own, since our adapter replaces slow parts of the library in the process that it is in.
// Told "produce" or "consume" by its parent, it answers with the rate in events/s. The messages are ready-made before the clock starts.
import { Kafka, logLevel, type Message } from 'kafkajs'
import { keyOf } from '../../services/contracts/topics.ts'
import { toKafkaMessage } from '../../services/kernel/event-bus/kafka/cloud-event-binding.ts'
import { partitionOf } from '../../services/kernel/event-bus/murmur2.ts'
import { createMeter, makeReadings } from './bus-load.ts'

/** What the parent gives as the first argument, in JSON. */
export interface BareOptions {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly partitions: number
  readonly events: number
  /** messages a request; about what the adapter sends together */
  readonly request: number
}

const { brokers, topic, partitions, events, request } = JSON.parse(process.argv[2] ?? '{}') as BareOptions
process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1'
const kafka = new Kafka({ brokers: [...brokers], clientId: 'bench-bare', logLevel: logLevel.NOTHING })
const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
await producer.connect()
const ready = makeReadings(events).map(({ event }) =>
  toKafkaMessage(event, keyOf(event), partitionOf(keyOf(event), partitions)),
)
let produced = 0

async function produce(): Promise<number> {
  const start = performance.now()
  for (let from = 0; from < ready.length; from += request) {
    const messages: Message[] = ready.slice(from, from + request)
    await producer.sendBatch({ topicMessages: [{ topic, messages }], acks: -1 })
  }
  produced += events
  return (events / (performance.now() - start)) * 1000
}

/** Of everything produced so far; joining the group is not counted. */
async function consume(): Promise<number> {
  const consumer = kafka.consumer({ groupId: `${topic}-${performance.now()}`, maxWaitTimeInMs: 500 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const meter = createMeter(produced)
  await consumer.run({
    partitionsConsumedConcurrently: partitions,
    eachBatch: async ({ batch }) => {
      for (const { value } of batch.messages) JSON.parse(String(value))
      meter.count(batch.messages.length)
    },
  })
  const rate = await meter.rate
  await consumer.disconnect()
  return rate
}

process.on('message', (command) => {
  const work = command === 'produce' ? produce() : consume()
  void work.then((rate) => process.send?.(rate))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
