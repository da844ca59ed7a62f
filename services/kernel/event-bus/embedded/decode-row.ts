// A row of the log as a delivery.
import { AppError } from '../../../contracts/errors.ts'
import { keyOf, type TopicEvent, type TopicName } from '../../../contracts/topics.ts'
import type { Delivery } from '../event-bus.ts'
import type { LogPartition } from './log-file.ts'
import type { LogRow } from './log-reader.ts'

/** Throws QLY_PAYLOAD_UNREADABLE for a text that is no event (a damaged file). */
export function decodeRow<Topic extends TopicName>(partition: LogPartition, row: LogRow): Delivery<Topic> {
  try {
    const event = JSON.parse(row.text) as TopicEvent<Topic>
    return {
      topic: partition.topic as Topic,
      partition: partition.partition,
      offset: String(row.offset),
      key: keyOf(event),
      storedAt: row.storedAt,
      event,
    }
  } catch (error) {
    throw new AppError('QLY_PAYLOAD_UNREADABLE', 'the stored event cannot be read', { cause: error })
  }
}
