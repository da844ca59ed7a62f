// Topics on Kafka: made from the topic map where they are missing; existing ones keep their partitions, since more would move keys.
import type { Admin, ITopicConfig, Kafka } from 'kafkajs'
import { AppError } from '../../../contracts/errors.ts'
import { retentionOf, type TopicName, topicNames, topics } from '../../../contracts/topics.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../../logging/logger.ts'
import { type KafkaBusConfig, withAdmin } from './kafka-client.ts'

/** The largest message of a topic: a 4 MiB picture in base64 (events/frame-captured-v1.ts) with its envelope. */
export const maximumMessageBytes = 8 * 1024 * 1024

export const kafkaNameOf = (config: KafkaBusConfig, topic: TopicName): string => config.topicPrefix + topic

/** Makes what is missing; resolves with the number of partitions of every topic. QLY_BUS_UNAVAILABLE if the cluster does not answer. */
export async function ensureTopics(
  { kafka, clock, logger }: { kafka: Kafka; clock: Clock; logger: Logger },
  config: KafkaBusConfig,
): Promise<ReadonlyMap<TopicName, number>> {
  const shapes = topicNames.map((topic) => shapeOf(config, topic))
  const counts = await makeTopics(kafka, clock, shapes)
  return new Map(
    topicNames.map((topic) => {
      const expected = topics[topic].partitions
      const partitions = counts.get(kafkaNameOf(config, topic)) ?? expected
      if (partitions !== expected) logger.warn({ topic, partitions, expected }, 'the topic keeps its partitions')
      return [topic, partitions] as const
    }),
  )
}

/** A new topic is spoken of by the controller before its brokers know it. */
const settleMs = 20_000
const lookAgainMs = 100

/** Makes the topics that are missing and waits until all have leaders; resolves with their numbers of partitions. */
export async function makeTopics(
  kafka: Kafka,
  clock: Clock,
  shapes: readonly ITopicConfig[],
): Promise<ReadonlyMap<string, number>> {
  return await withAdmin(kafka, async (admin) => {
    const existing = new Set(await admin.listTopics())
    const missing = shapes.filter(({ topic }) => !existing.has(topic))
    if (missing.length > 0) await admin.createTopics({ waitForLeaders: false, topics: missing })
    const until = clock.monotonic() + settleMs
    for (;;) {
      const counts = await countPartitions(admin, shapes)
      if (counts) return counts
      if (clock.monotonic() > until) throw new AppError('QLY_BUS_UNAVAILABLE', 'Kafka: new topics get no leaders')
      await clock.sleep(lookAgainMs)
    }
  })
}

/** Undefined while a topic is not known or a partition has no leader. */
async function countPartitions(
  admin: Admin,
  shapes: readonly ITopicConfig[],
): Promise<ReadonlyMap<string, number> | undefined> {
  try {
    const { topics: found } = await admin.fetchTopicMetadata({ topics: shapes.map(({ topic }) => topic) })
    for (const { name, partitions } of found) {
      if (partitions.length === 0 || partitions.some(({ leader }) => leader < 0)) return undefined
      // answered by the leaders themselves: from now on they take and give events
      await admin.fetchTopicOffsets(name)
    }
    return new Map(found.map(({ name, partitions }) => [name, partitions.length]))
  } catch (error) {
    if (isSettling(error)) return undefined
    throw error
  }
}

const settling = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']

const isSettling = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'type' in error && settling.includes(String(error.type))

function shapeOf(config: KafkaBusConfig, topic: TopicName): ITopicConfig {
  const { partitions } = topics[topic]
  const retention = retentionOf(topic, config)
  const settings: Record<string, string | number> = {
    'retention.ms': retention.milliseconds,
    // Kafka's limit is for one partition
    'retention.bytes': Math.floor(retention.bytes / partitions),
    'max.message.bytes': maximumMessageBytes,
    // the time at which the bus took an event (Delivery.storedAt)
    'message.timestamp.type': 'LogAppendTime',
    'min.insync.replicas': config.replicationFactor > 2 ? 2 : 1,
  }
  return {
    topic: kafkaNameOf(config, topic),
    numPartitions: partitions,
    replicationFactor: config.replicationFactor,
    configEntries: Object.entries(settings).map(([name, value]) => ({ name, value: String(value) })),
  }
}
