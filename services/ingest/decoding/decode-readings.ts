// `qly/v1/{kind}/{deviceId}/readings`: one reading, or an array of up to 1,000, as JSON (README.md has the format). All of a message or none.
import { createEvent } from '../../contracts/cloud-event.ts'
import { type DeviceKind, type ReadingRecorded, readingRecordedV1 } from '../../contracts/events/reading-recorded-v1.ts'
import type { LonLat } from '../../contracts/geometry.ts'
import { type Decoded, type Outgoing, type Refused, refuse, unreadable } from './decoded.ts'
import { givenId, messageId, sourceOf } from './message-identity.ts'
import { readTime, timeText, timeTextOf } from './message-time.ts'
import { isObject, type JsonObject, type Read, readJson, shorten } from './read-json.ts'

const limits = { readings: 1000, values: 256 }
const measurementName = /^[a-z][a-z0-9_.]{0,63}$/

/** Names come again and again; those seen last are not matched anew. */
const seenNames = new Set<string>()
function isMeasurementName(name: string): boolean {
  if (seenNames.has(name)) return true
  if (!measurementName.test(name)) return false
  if (seenNames.size >= 1000) seenNames.clear()
  seenNames.add(name)
  return true
}

export interface ReadingsContext {
  readonly deviceId: string
  readonly kind: DeviceKind
  readonly payload: Uint8Array
  readonly receivedAt: number
  readonly traceparent: string
  readonly maxClockSkewSeconds: number
}

/** Bytes → readings. Refuses with QLY_PAYLOAD_UNREADABLE or QLY_COORDINATE_OUT_OF_RANGE, saying which field of which reading. */
export function decodeReadings(context: ReadingsContext): Decoded {
  const { deviceId } = context
  const read = readJson(context.payload)
  if (!read.ok) return unreadable(read.reason, deviceId)
  const list = Array.isArray(read.value) ? (read.value as unknown[]) : [read.value]
  if (list.length === 0 || list.length > limits.readings)
    return unreadable(`an array holds 1 to ${limits.readings} readings, this one ${list.length}`, deviceId)

  const first = list[0]
  const source = sourceOf(deviceId)
  const timed = list.every((item) => isObject(item) && item.at !== undefined)
  const given = list.length === 1 && isObject(first) ? givenId(first.id) : undefined
  const identity = messageId('readings', given, context.payload, timed, context.receivedAt)
  const events: Outgoing[] = []
  for (let index = 0; index < list.length; index++) {
    const data = reading(list[index], context)
    if ('outcome' in data)
      return list.length === 1 ? data : { ...data, reason: `reading ${index + 1} of ${list.length}: ${data.reason}` }
    const id = index === 0 ? identity : `${identity}.${index}`
    const origin = { source, id, time: data.observedAt, traceparent: context.traceparent }
    events.push({ topic: 'qly.reading.v1', event: createEvent(readingRecordedV1, origin, data) })
  }
  return { outcome: 'taken', events, answers: [], identity }
}

function reading(item: unknown, context: ReadingsContext): ReadingRecorded | Refused {
  const { deviceId, kind, receivedAt } = context
  if (!isObject(item)) return unreadable('a reading is a JSON object', deviceId)
  const values = readValues(item.values)
  if (!values.ok) return unreadable(values.reason, deviceId)
  const flags = item.flags === undefined ? undefined : readFlags(item.flags)
  if (flags && !flags.ok) return unreadable(flags.reason, deviceId)
  const at = item.at === undefined ? receivedAt : readTime(item.at)
  if (at === undefined)
    return unreadable(`"at" is no time (RFC 3339, or milliseconds since 1970): ${written(item.at)}`, deviceId)
  const location = item.location === undefined || item.location === null ? undefined : readLocation(item.location)
  if (location && 'reason' in location) return refuse(location.code, location.reason, deviceId)
  const altitude = item.altitude ?? undefined
  if (altitude !== undefined && !isNumber(altitude))
    return unreadable(`"altitude" is no number: ${written(altitude)}`, deviceId)

  const data: ReadingRecorded = {
    deviceId,
    kind,
    observedAt: item.at === undefined ? timeText(at) : timeTextOf(item.at, at),
    receivedAt: timeText(receivedAt),
    values: values.value,
  }
  if (Math.abs(at - receivedAt) > context.maxClockSkewSeconds * 1000) data.clockSkewed = true
  if (location) data.location = location
  if (altitude !== undefined) data.altitudeMetres = altitude as number
  if (flags) data.flags = flags.value
  return data
}

/** Names and finite numbers; a null is a value that the device does not have at this moment and is left out. */
function readValues(value: unknown): Read<Record<string, number>> {
  if (!isObject(value)) return { ok: false, reason: '"values" must be an object of numbers' }
  const values: Record<string, number> = {}
  let count = 0
  for (const name in value) {
    if (!isMeasurementName(name))
      return { ok: false, reason: `"${shorten(name, 64)}" is no name of a measurement (a-z 0-9 _ . , at most 64)` }
    const number = value[name]
    if (number === null) continue
    if (!isNumber(number)) return { ok: false, reason: `"values.${name}" is no finite number: ${written(number)}` }
    if (++count > limits.values) return { ok: false, reason: `more than ${limits.values} values` }
    values[name] = number
  }
  return count === 0 ? { ok: false, reason: '"values" holds no number' } : { ok: true, value: values }
}

function readFlags(value: unknown): Read<Record<string, string>> {
  if (!isObject(value)) return { ok: false, reason: '"flags" must be an object of texts' }
  const flags: Record<string, string> = {}
  let count = 0
  for (const [name, flag] of Object.entries(value as JsonObject)) {
    if (!measurementName.test(name) || typeof flag !== 'string' || flag.length > 16 || ++count > limits.values)
      return { ok: false, reason: `"flags.${shorten(name, 64)}" must be a text of at most 16 characters` }
    flags[name] = flag
  }
  return { ok: true, value: flags }
}

/** [longitude, latitude] in WGS-84 degrees. */
export function readLocation(value: unknown): LonLat | Pick<Refused, 'code' | 'reason'> {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3 || !isNumber(value[0]) || !isNumber(value[1]))
    return { code: 'QLY_PAYLOAD_UNREADABLE', reason: `"location" must be [longitude, latitude]: ${written(value)}` }
  const [longitude, latitude] = value as [number, number]
  if (Math.abs(longitude) > 180 || Math.abs(latitude) > 90)
    return {
      code: 'QLY_COORDINATE_OUT_OF_RANGE',
      reason: `[${longitude}, ${latitude}] is not [longitude, latitude] in degrees (WGS-84)`,
    }
  return [longitude, latitude]
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value)
}

/** A value as it was written, short; bad values may be large. */
function written(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return shorten(String(value), 64)
}
