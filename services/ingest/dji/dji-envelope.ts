// The envelope of DJI Cloud API messages: tid, bid, timestamp, gateway, method, need_reply, data. Read loosely, echoed exactly (domain.md §1.2, §1.9).

import { createEvent } from '../../contracts/cloud-event.ts'
import { type DeviceChanged, deviceChangedV1 } from '../../contracts/events/device-changed-v1.ts'
import { type Answer, type Outgoing, type Refused, unreadable } from '../decoding/decoded.ts'
import { messageId, sourceOf } from '../decoding/message-identity.ts'
import { readTime } from '../decoding/message-time.ts'
import { isObject, type JsonObject, readJson, unfit } from '../decoding/read-json.ts'

export interface DjiContext {
  /** serial number in the topic */
  readonly deviceId: string
  readonly payload: Uint8Array
  readonly receivedAt: number
  readonly traceparent: string
}

export interface DjiEnvelope {
  readonly raw: JsonObject
  readonly data: JsonObject
  readonly method: string | undefined
  readonly gatewayId: string | undefined
  /** when the device made it; receive time where it says nothing usable */
  readonly at: number
  readonly timed: boolean
}

/** Bytes → envelope. A missing or null `data` is empty; other shapes cannot be read. */
export function readEnvelope(context: DjiContext): DjiEnvelope | Refused {
  const read = readJson(context.payload)
  if (!read.ok) return unreadable(read.reason, context.deviceId)
  if (!isObject(read.value)) return unreadable('a DJI message is a JSON object', context.deviceId)
  const fault = unfit(read.value)
  if (fault) return unreadable(fault, context.deviceId)
  const raw = read.value
  const data = raw.data ?? {}
  if (!isObject(data)) return unreadable('"data" must be an object', context.deviceId)
  // one example of DJI's documents spells the key "timestamp:"
  const at = readTime(raw.timestamp ?? raw['timestamp:'])
  const gateway = raw.gateway
  return {
    raw,
    data,
    method: typeof raw.method === 'string' && raw.method !== '' ? raw.method.slice(0, 128) : undefined,
    gatewayId:
      typeof gateway === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(gateway) && gateway !== context.deviceId
        ? gateway
        : undefined,
    at: at ?? context.receivedAt,
    timed: at !== undefined,
  }
}

/**
 * Identity of a message. Transactions have one `tid` for a `method`, which a device repeats when it sends again (domain.md §1.2); osd and state
 * have no method, and some firmware a constant tid, so there the bytes decide.
 */
export function djiMessageId(channel: string, envelope: DjiEnvelope, context: DjiContext): string {
  const tid = envelope.raw.tid
  const given =
    envelope.method !== undefined && typeof tid === 'string' && tid !== '' ? `${envelope.method}/${tid}` : undefined
  return messageId(channel, given, context.payload, envelope.timed, context.receivedAt)
}

/** The answer to a message: tid, bid and method as the device wrote them. */
export function answerTo(topic: string, envelope: DjiEnvelope, data: JsonObject, now: number): Answer {
  const { tid, bid, method, gateway } = envelope.raw
  return {
    topic,
    body: {
      ...(tid === undefined ? {} : { tid }),
      ...(bid === undefined ? {} : { bid }),
      ...(gateway === undefined ? {} : { gateway }),
      ...(method === undefined ? {} : { method }),
      timestamp: now,
      data,
    },
  }
}

/** An event about a device; `part` tells apart several events of one message. */
export function deviceEvent(context: DjiContext, id: string, at: number, data: DeviceChanged): Outgoing {
  const origin = { source: sourceOf(context.deviceId), id, time: at, traceparent: context.traceparent }
  return { topic: 'qly.device.v1', event: createEvent(deviceChangedV1, origin, data) }
}
