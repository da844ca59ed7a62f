// Topics on Kafka: made from the topic map where they are missing; existing ones keep their partitions, since more would move keys.
import type { Kafka } from 'kafkajs'
import { type TopicName, topicNames, topics } from '../../../contracts/topics.ts'
import type { Logger } from '../../logging/logger.ts'
import { type KafkaBusConfig, withAdmin } from './kafka-client.ts'

/** The largest message of a topic: a 4 MiB picture in base64 (events/frame-captured-v1.ts) with its envelope. */
export const maximumMessageBytes = 8 * 1024 * 1024

export const kafkaNameOf = (config: KafkaBusConfig, topic: TopicName): string => config.topicPrefix + topic

/** Makes what is missing; resolves with the number of partitions of every topic. QLY_BUS_UNAVAILABLE if the cluster does not answer. */
export async function ensureTopics(
  kafka: Kafka,
  config: KafkaBusConfig,
  logger: Logger,
): Promise<ReadonlyMap<TopicName, number>> {
  return await withAdmin(kafka, async (admin) => {
    const existing = new Set(await admin.listTopics())
    const missing = topicNames.filter((topic) => !existing.has(kafkaNameOf(config, topic)))
    if (missing.length > 0) {
      await admin.createTopics({ waitForLeaders: true, topics: missing.map((topic) => shapeOf(config, topic)) })
      logger.info({ topics: missing }, 'topics created')
    }
    const { topics: found } = await admin.fetchTopicMetadata({
      topics: topicNames.map((topic) => kafkaNameOf(config, topic)),
    })
    const counts = new Map(found.map(({ name, partitions }) => [name, partitions.length]))
    return new Map(
      topicNames.map((topic) => {
        const partitions = counts.get(kafkaNameOf(config, topic)) ?? topics[topic].partitions
        if (partitions !== topics[topic].partitions) {
          logger.warn({ topic, partitions, expected: topics[topic].partitions }, 'the topic keeps its partitions')
        }
        return [topic, partitions] as const
      }),
    )
  })
}

function shapeOf(config: KafkaBusConfig, topic: TopicName) {
  const { partitions, retention } = topics[topic]
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
