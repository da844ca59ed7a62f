// `qly/v1/{kind}/{deviceId}/status`: what a device says of itself, or its last will. JSON {status, reason?, at?, location?, …} or one bare word.
import { createEvent } from '../../contracts/cloud-event.ts'
import { type DeviceChanged, type DeviceStatus, deviceChangedV1 } from '../../contracts/events/device-changed-v1.ts'
import type { DeviceKind } from '../../contracts/events/reading-recorded-v1.ts'
import { readLocation } from './decode-readings.ts'
import { type Decoded, refuse, unreadable } from './decoded.ts'
import { givenId, messageId, sourceOf } from './message-identity.ts'
import { readTime, timeText } from './message-time.ts'
import { isObject, type JsonObject, readJson, shorten, unfit } from './read-json.ts'

const statuses = ['online', 'stopped', 'stalled', 'offline'] as const satisfies readonly DeviceStatus[]
const own = new Set(['status', 'reason', 'at', 'id', 'location'])

export interface StatusContext {
  readonly deviceId: string
  readonly kind: DeviceKind
  readonly payload: Uint8Array
  readonly receivedAt: number
  readonly traceparent: string
}

/** Bytes → a change of the device. Fields that this format does not name are kept in its twin. */
export function decodeStatus(context: StatusContext): Decoded {
  const { deviceId, kind, receivedAt, payload } = context
  const word = bareWord(payload)
  const read = word === undefined ? readJson(payload) : ({ ok: true, value: { status: word } } as const)
  if (!read.ok) return unreadable(read.reason, deviceId)
  const body = typeof read.value === 'string' ? { status: read.value } : read.value
  if (!isObject(body)) return unreadable('a status is a JSON object', deviceId)
  const status = statuses.find((each) => each === body.status)
  if (body.status !== undefined && !status)
    return unreadable(`"status" must be one of ${statuses.join(', ')}`, deviceId)
  const at = body.at === undefined ? receivedAt : readTime(body.at)
  if (at === undefined) return unreadable('"at" is no time (RFC 3339, or milliseconds since 1970)', deviceId)
  const location = body.location === undefined ? undefined : readLocation(body.location)
  if (location && 'reason' in location) return refuse(location.code, location.reason, deviceId)
  const fault = unfit(body)
  if (fault) return unreadable(fault, deviceId)
  const patch = rest(body)
  if (!status && !location && !patch) return unreadable('the status says nothing', deviceId)

  const data: DeviceChanged = {
    deviceId,
    kind,
    at: timeText(at),
    ...(status ? { status } : {}),
    ...(typeof body.reason === 'string' ? { reason: shorten(body.reason, 499) } : {}),
    ...(location ? { location } : {}),
    ...(patch ? { patch } : {}),
  }
  const identity = messageId('status', givenId(body.id), payload, body.at !== undefined, receivedAt)
  const origin = { source: sourceOf(deviceId), id: identity, time: at, traceparent: context.traceparent }
  return {
    outcome: 'taken',
    events: [{ topic: 'qly.device.v1', event: createEvent(deviceChangedV1, origin, data) }],
    answers: [],
    identity,
  }
}

function bareWord(payload: Uint8Array): DeviceStatus | undefined {
  if (payload.byteLength > 16) return undefined
  const text = new TextDecoder().decode(payload).trim().toLowerCase()
  return statuses.find((each) => each === text)
}

function rest(body: JsonObject): Record<string, unknown> | undefined {
  const entries = Object.entries(body).filter(([key]) => !own.has(key))
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
