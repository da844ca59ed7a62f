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
export function fromKafkaMessage({ headers = {}, value }: KafkaMessage): unknown {
  if (!value) throw new AppError('QLY_PAYLOAD_UNREADABLE', 'a message without value (tombstone)')
  const datacontenttype = text(headers['content-type'])
  if (datacontenttype?.startsWith(structuredContentType)) return parse(value)
  const type = text(headers.ce_type)
  if (type === undefined)
    throw new AppError('QLY_PAYLOAD_UNREADABLE', 'not a CloudEvent: the header ce_type is missing')
  const event: Record<string, unknown> = {
    specversion: text(headers.ce_specversion),
    id: text(headers.ce_id),
    source: text(headers.ce_source),
    type,
    time: text(headers.ce_time),
    datacontenttype: datacontenttype ?? contentType,
    data: parse(value),
  }
  const subject = text(headers.ce_subject)
  if (subject !== undefined) event.subject = subject
  const traceparent = text(headers.ce_traceparent) ?? text(headers.traceparent)
  if (traceparent !== undefined) event.traceparent = traceparent
  return event
}

/** A header as text; of several of one name the first. */
function text(header: IHeaders[string]): string | undefined {
  if (typeof header === 'string' || header === undefined) return header
  return String(Array.isArray(header) ? header[0] : header)
}

function parse(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('QLY_PAYLOAD_UNREADABLE', `not JSON: ${reason}`, { cause: error })
  }
}
