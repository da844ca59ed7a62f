// A message of Kafka as a delivery: decoded, and checked, since others may write to our topics.
import type { KafkaMessage } from 'kafkajs'
import { keyOf, type TopicEvent, type TopicName } from '../../../contracts/topics.ts'
import type { Delivery } from '../event-bus.ts'
import type { EventCheck } from '../event-check.ts'
import { fromKafkaMessage } from './cloud-event-binding.ts'

/** Throws QLY_PAYLOAD_UNREADABLE or QLY_BUS_EVENT_INVALID. */
export function decodeMessage<Topic extends TopicName>(
  check: EventCheck,
  topic: Topic,
  partition: number,
  message: KafkaMessage,
): Delivery<Topic> {
  const event = fromKafkaMessage(message)
  check(topic, event)
  const known = event as TopicEvent<Topic>
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key?.toString('utf8') ?? keyOf(known),
    storedAt: Number(message.timestamp),
    event: known,
  }
}
