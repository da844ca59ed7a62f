// Reads topics of Kafka without keeping offsets: a group of one with a name of its own, whose positions live here.
import { randomUUID } from 'node:crypto'
import type { EachBatchPayload } from 'kafkajs'
import type { TopicName } from '../../../contracts/topics.ts'
import type { Delivery, Subscription, TailOptions } from '../event-bus.ts'
import { runTailHandler, type TailHandler } from '../tail-runner.ts'
import { decodeMessage } from './decode-message.ts'
import { distance, positionsAt } from './kafka-positions.ts'
import type { KafkaReaderDeps } from './kafka-subscription.ts'
import { createManagedConsumer } from './managed-consumer.ts'

export async function tailKafka<Topic extends TopicName>(
  deps: KafkaReaderDeps,
  options: TailOptions<Topic>,
  handle: TailHandler<Topic>,
): Promise<Subscription> {
  const { kafka, check, logger, metrics } = deps
  const topicOf = new Map(options.topics.map((topic) => [deps.nameOf(topic), topic]))
  const names = [...topicOf.keys()]
  const next = await positionsAt(kafka, names, options.from)

  async function onBatch({ batch, ...payload }: EachBatchPayload, signal: AbortSignal): Promise<void> {
    const topic = topicOf.get(batch.topic)
    const positions = next.get(batch.topic)
    if (topic === undefined || !positions) return
    for (const message of batch.messages) {
      if (!payload.isRunning() || payload.isStale() || signal.aborted) return
      // a fetch that was under way when we joined may bring what we do not want
      if (BigInt(message.offset) < BigInt(positions.get(batch.partition) ?? '0')) continue
      let delivery: Delivery<Topic> | undefined
      try {
        delivery = decodeMessage(check, topic, batch.partition, message)
      } catch (error) {
        logger.warn({ topic, partition: batch.partition, offset: message.offset, err: error }, 'unreadable; skipped')
        metrics.tailFailed(topic)
      }
      if (delivery) await runTailHandler(deps, handle, delivery, signal)
      positions.set(batch.partition, String(BigInt(message.offset) + 1n))
      payload.resolveOffset(message.offset)
    }
  }

  const consumer = createManagedConsumer(deps, {
    groupId: deps.groupOf(`tail-${randomUUID()}`),
    topics: names,
    autoCommit: false,
    // one at a time: a tail's handler is never called while it runs
    concurrency: 1,
    sessionTimeoutMs: deps.sessionTimeoutMs,
    onBatch,
    onJoin(assignment, kafkaConsumer) {
      for (const [topic, partitions] of Object.entries(assignment)) {
        for (const partition of partitions) {
          const offset = next.get(topic)?.get(partition)
          if (offset !== undefined) kafkaConsumer.seek({ topic, partition, offset })
        }
      }
    },
  })
  const stop = deps.track(() => consumer.stop())
  options.signal?.addEventListener('abort', () => void stop(), { once: true })
  if (options.signal?.aborted) await stop()
  else await consumer.start()
  return { stop, lag: async () => distance(next, await positionsAt(kafka, names, 'latest')) }
}
