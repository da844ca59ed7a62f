// CloudEvents ↔ Kafka messages: the Kafka protocol binding 1.0.2 in binary mode (attributes as ce_ headers, value = data),
// and W3C trace context as the header `traceparent` besides. Structured mode is understood when reading.
import type { IHeaders, KafkaMessage, Message } from 'kafkajs'
import { AppError } from '../../../contracts/errors.ts'
import type { TopicEvent } from '../../../contracts/topics.ts'

const contentType = 'application/json'
const structuredContentType = 'application/cloudevents+json'

export function toKafkaMessage(event: TopicEvent, key: string, partition: number): Message {
  const headers: IHeaders = {
    'content-type': contentType,
    ce_specversion: event.specversion,
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_time: event.time,
  }
  if (event.subject !== undefined) headers.ce_subject = event.subject
  if (event.traceparent !== undefined) {
    headers.ce_traceparent = event.traceparent
    headers.traceparent = event.traceparent
  }
  return { key, partition, headers, value: JSON.stringify(event.data) }
}

/** The event of a message, not yet checked against its schema. Throws QLY_PAYLOAD_UNREADABLE if it is no CloudEvent in JSON. */
export function fromKafkaMessage({ headers, value }: KafkaMessage): unknown {
  const header = (name: string): string | undefined => {
    const found = headers?.[name]
    return found === undefined ? undefined : String(Array.isArray(found) ? found[0] : found)
  }
  if (!value) throw new AppError('QLY_PAYLOAD_UNREADABLE', 'a message without value (tombstone)')
  if (header('content-type')?.startsWith(structuredContentType)) return parse(value)
  const type = header('ce_type')
  if (type === undefined)
    throw new AppError('QLY_PAYLOAD_UNREADABLE', 'not a CloudEvent: the header ce_type is missing')
  const subject = header('ce_subject')
  const traceparent = header('ce_traceparent') ?? header('traceparent')
  return {
    specversion: header('ce_specversion'),
    id: header('ce_id'),
    source: header('ce_source'),
    type,
    time: header('ce_time'),
    datacontenttype: header('content-type') ?? contentType,
    ...(subject === undefined ? {} : { subject }),
    ...(traceparent === undefined ? {} : { traceparent }),
    data: parse(value),
  }
}

function parse(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('QLY_PAYLOAD_UNREADABLE', `not JSON: ${reason}`, { cause: error })
  }
}
