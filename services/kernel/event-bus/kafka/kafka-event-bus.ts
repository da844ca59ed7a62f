// Adapter of the event bus: Apache Kafka through kafkajs. Idempotent producer with acks=all, commit after effect, topics from the topic map,
// CloudEvents in the Kafka binding's binary mode.
import { AppError } from '../../../contracts/errors.ts'
import { keyOf, type TopicName, topics } from '../../../contracts/topics.ts'
import type { Kernel } from '../../kernel.ts'
import { createBusMetrics } from '../bus-metrics.ts'
import type { EventBus, Outgoing } from '../event-bus.ts'
import { createEventCheck } from '../event-check.ts'
import { partitionOf } from '../murmur2.ts'
import { toKafkaMessage } from './cloud-event-binding.ts'
import { createKafkaClient, type KafkaBusConfig, withAdmin } from './kafka-client.ts'
import { joinKafka } from './kafka-membership.ts'
import { createKafkaPublisher, type KafkaOutgoing } from './kafka-publisher.ts'
import { type KafkaReaderDeps, type KafkaSubscription, subscribeKafka } from './kafka-subscription.ts'
import { tailKafka } from './kafka-tail.ts'
import { ensureTopics, kafkaNameOf, maximumMessageBytes } from './kafka-topics.ts'

/** Headers, key and framing of a message, roughly. */
const envelopeBytes = 300
const checkTimeoutMs = 5000

export function createKafkaEventBus(
  deps: Pick<Kernel, 'clock' | 'logger' | 'registry'>,
  config: KafkaBusConfig,
): EventBus {
  const { clock, registry } = deps
  const logger = deps.logger.child({ room: 'bus' })
  const kafka = createKafkaClient(config, logger)
  const check = createEventCheck()
  const publisher = createKafkaPublisher({ kafka, clock, logger })
  const subscriptions = new Set<KafkaSubscription>()
  const stops = new Set<() => Promise<void>>()
  const metrics = createBusMetrics(registry, function* () {
    for (const subscription of subscriptions) yield* subscription.lags()
  })
  const names = new Map<TopicName, string>()
  for (const topic of Object.keys(topics) as TopicName[]) names.set(topic, kafkaNameOf(config, topic))
  const nameOf = (topic: TopicName) => names.get(topic) ?? topic
  const sessionTimeoutMs = config.sessionTimeoutMs
  const readerDeps: KafkaReaderDeps = {
    ...{ kafka, clock, logger, metrics, check, publish, sessionTimeoutMs, nameOf, track },
    groupOf: (group) => config.topicPrefix + group,
  }
  let partitions: ReadonlyMap<TopicName, number> = new Map()
  let stopped: Promise<void> | undefined

  async function publish(outgoing: readonly Outgoing[]): Promise<void> {
    await publisher.publish(outgoing.map(encode))
    metrics.published(outgoing)
  }

  function encode({ topic, event }: Outgoing): KafkaOutgoing {
    check(topic, event)
    const count = partitions.get(topic)
    if (count === undefined) throw new AppError('QLY_BUS_UNAVAILABLE', 'the bus is not started')
    const key = keyOf(event)
    const message = toKafkaMessage(event, key, partitionOf(key, count))
    const bytes = (message.value?.length ?? 0) + envelopeBytes
    if (bytes > maximumMessageBytes) {
      throw new AppError('QLY_BUS_EVENT_INVALID', `an event of ${bytes} bytes is larger than ${maximumMessageBytes}`)
    }
    return { topic: nameOf(topic), message, bytes }
  }

  async function stop(): Promise<void> {
    await Promise.all([...stops].map((stopIt) => stopIt()))
    await publisher.stop()
  }

  function track(stopIt: () => Promise<void>): () => Promise<void> {
    let done: Promise<void> | undefined
    const once = () => (done ??= stopIt().finally(() => stops.delete(once)))
    stops.add(once)
    return once
  }

  return {
    async start(signal) {
      stopped = undefined
      partitions = await ensureTopics({ kafka, clock, logger }, config)
      signal?.throwIfAborted()
      await publisher.start()
    },
    stop: () => (stopped ??= stop()),
    publish,
    async subscribe(options, handle) {
      const subscription = await subscribeKafka(readerDeps, options, handle)
      subscriptions.add(subscription)
      return {
        async stop() {
          subscriptions.delete(subscription)
          await subscription.stop()
        },
        lag: () => subscription.lag(),
      }
    },
    tail: (options, handle) => tailKafka(readerDeps, options, handle),
    async join(options) {
      const { replicationFactor, topicPrefix: prefix } = config
      return await joinKafka({ ...readerDeps, replicationFactor, prefix }, options)
    },
    async check() {
      const late = new AppError('QLY_BUS_UNAVAILABLE', `Kafka does not answer within ${checkTimeoutMs} ms`)
      const answered = withAdmin(kafka, (admin) => admin.describeCluster())
      const patience = new AbortController()
      const expired = clock.sleep(checkTimeoutMs, patience.signal).then(
        () => Promise.reject(late),
        () => {},
      )
      await Promise.race([answered, expired]).finally(() => patience.abort())
    },
  }
}
