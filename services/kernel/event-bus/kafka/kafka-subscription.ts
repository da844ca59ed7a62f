// A consumer group's member on Kafka: effects first, then offsets.
import type { EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import { asAppError } from '../../../contracts/errors.ts'
import type { TopicName } from '../../../contracts/topics.ts'
import { type BatchRunnerDeps, createBatchRunner } from '../batch-runner.ts'
import type { Lag } from '../bus-metrics.ts'
import type { BatchHandler, Delivery, SubscribeOptions, Subscription } from '../event-bus.ts'
import type { EventCheck } from '../event-check.ts'
import { decodeMessage } from './decode-message.ts'
import { committedPositions, distance, type Positions, positionsAt } from './kafka-positions.ts'
import { type Assignment, createManagedConsumer } from './managed-consumer.ts'

/** Makes a stopping part of the bus's own; the result stops once. */
export type Track = (stop: () => Promise<void>) => () => Promise<void>

export interface KafkaReaderDeps extends BatchRunnerDeps {
  readonly kafka: Kafka
  readonly check: EventCheck
  readonly sessionTimeoutMs: number
  /** our name of a topic on Kafka */
  readonly nameOf: (topic: TopicName) => string
  readonly groupOf: (group: string) => string
  readonly track: Track
}

export interface KafkaSubscription extends Subscription {
  /** As last seen, without asking the cluster. */
  lags(): Iterable<Lag>
}

const defaultBatch = 500
const partitionsAtOnce = 12

export async function subscribeKafka<Topic extends TopicName>(
  deps: KafkaReaderDeps,
  options: SubscribeOptions<Topic>,
  handle: BatchHandler<Topic>,
): Promise<KafkaSubscription> {
  const { kafka, check } = deps
  const { group, from = 'earliest', maximumBatch = defaultBatch } = options
  const groupId = deps.groupOf(group)
  const topicOf = new Map(options.topics.map((topic) => [deps.nameOf(topic), topic]))
  const names = [...topicOf.keys()]
  const runner = createBatchRunner(deps, group)
  /** next offset of each partition that we have, and the end as last seen */
  const next: Positions = new Map()
  const ends: Positions = new Map()
  // a position that moves with time is kept at the first join, or a restart before the first event would lose events
  const begin = from === 'earliest' ? new Map() : await missing(await positionsAt(kafka, names, from))

  async function missing(wanted: Positions): Promise<Positions> {
    for (const [topic, partitions] of await committedPositions(kafka, groupId, names)) {
      for (const partition of partitions.keys()) wanted.get(topic)?.delete(partition)
    }
    return wanted
  }

  async function onBatch({ batch, ...payload }: EachBatchPayload, signal: AbortSignal): Promise<void> {
    const topic = topicOf.get(batch.topic)
    if (topic === undefined) return
    put(ends, batch.topic, batch.partition, batch.highWatermark)
    for (let from = 0; from < batch.messages.length; from += maximumBatch) {
      if (!payload.isRunning() || payload.isStale() || signal.aborted) return
      const messages = batch.messages.slice(from, from + maximumBatch)
      const decoded = await decode(topic, batch.partition, messages, signal)
      await runner.run({ topic, partition: batch.partition, take: async () => decoded }, handle, signal)
      const last = messages.at(-1)
      if (!last) return
      payload.resolveOffset(last.offset)
      put(next, batch.topic, batch.partition, String(BigInt(last.offset) + 1n))
      await payload.commitOffsetsIfNecessary()
    }
  }

  async function decode(topic: Topic, partition: number, messages: readonly KafkaMessage[], signal: AbortSignal) {
    const batch: Delivery<Topic>[] = []
    for (const message of messages) {
      try {
        batch.push(decodeMessage(check, topic, partition, message))
      } catch (error) {
        const dead = { topic, partition, offset: message.offset, storedAt: Number(message.timestamp) }
        await runner.bury({ ...dead, bytes: message.value ?? Buffer.alloc(0) }, asAppError(error), signal)
      }
    }
    return batch
  }

  const consumer = createManagedConsumer(deps, {
    groupId,
    topics: names,
    autoCommit: true,
    concurrency: partitionsAtOnce,
    sessionTimeoutMs: deps.sessionTimeoutMs,
    onBatch,
    onJoin(assignment, kafkaConsumer) {
      forget(next, assignment)
      for (const [topic, partitions] of Object.entries(assignment)) {
        for (const partition of partitions) {
          const offset = begin.get(topic)?.get(partition)
          if (offset === undefined) continue
          kafkaConsumer.seek({ topic, partition, offset })
          begin.get(topic)?.delete(partition)
        }
      }
      assigned = assignment
    },
  })
  let assigned: Assignment = {}
  const stop = deps.track(() => consumer.stop())
  await consumer.start()

  return {
    stop,
    async lag() {
      const [highs, lows, committed] = await Promise.all([
        positionsAt(kafka, names, 'latest'),
        positionsAt(kafka, names, 'earliest'),
        committedPositions(kafka, groupId, names),
      ])
      const from: Positions = new Map()
      for (const [topic, partitions] of Object.entries(assigned)) {
        for (const partition of partitions) {
          const position = [next, committed, lows].map((known) => known.get(topic)?.get(partition)).find(Boolean)
          if (position !== undefined) put(from, topic, partition, position)
        }
      }
      for (const [topic, partitions] of highs) {
        for (const [partition, high] of partitions) put(ends, topic, partition, high)
      }
      return distance(from, highs)
    },
    *lags() {
      for (const [name, topic] of topicOf) {
        const partitions = next.get(name)
        if (partitions) yield { group, topic, events: distance(new Map([[name, partitions]]), ends) }
      }
    },
  }
}

function put(positions: Positions, topic: string, partition: number, offset: string): void {
  const ofTopic = positions.get(topic) ?? new Map<number, string>()
  positions.set(topic, ofTopic.set(partition, offset))
}

/** Drops what is not ours any more. */
function forget(positions: Positions, assignment: Assignment): void {
  for (const [topic, partitions] of positions) {
    for (const partition of partitions.keys()) {
      if (!assignment[topic]?.includes(partition)) partitions.delete(partition)
    }
  }
}
