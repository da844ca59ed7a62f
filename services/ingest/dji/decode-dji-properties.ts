// `thing/product/{sn}/osd` and `/state`: parts of a device's state. Several bodies with different fields come for one device; each becomes a patch
// of its twin, unknown keys kept; well-known numbers become a reading as well (domain.md §1.3, §1.4).
import { createEvent } from '../../contracts/cloud-event.ts'
import { type DeviceKind, type ReadingRecorded, readingRecordedV1 } from '../../contracts/events/reading-recorded-v1.ts'
import type { Decoded, DeviceKnowledge, Outgoing } from '../decoding/decoded.ts'
import { sourceOf } from '../decoding/message-identity.ts'
import { timeText } from '../decoding/message-time.ts'
import { isObject, type JsonObject, looseNumber } from '../decoding/read-json.ts'
import { locationOf, withoutWildCoordinates } from './dji-coordinates.ts'
import { type DjiContext, deviceEvent, djiMessageId, readEnvelope } from './dji-envelope.ts'

export interface DjiPropertiesContext extends DjiContext {
  readonly channel: 'osd' | 'state'
  readonly knowledge: DeviceKnowledge
  readonly maxClockSkewSeconds: number
}

export function decodeDjiProperties(context: DjiPropertiesContext): Decoded {
  const envelope = readEnvelope(context)
  if ('outcome' in envelope) return envelope
  const { deviceId, receivedAt } = context
  const identity = djiMessageId(context.channel, envelope, context)
  const kind = context.knowledge.kindOf(deviceId) ?? guessKind(envelope.data)
  const location = locationOf(envelope.data)
  const { kept, refused } = withoutWildCoordinates(envelope.data)
  const patch = Object.keys(refused).length === 0 ? kept : { ...kept, refused_coordinates: refused }
  const events: Outgoing[] = [
    deviceEvent(context, identity, envelope.at, {
      deviceId,
      kind,
      at: timeText(envelope.at),
      status: 'online',
      ...(location ? { location } : {}),
      ...(envelope.gatewayId === undefined ? {} : { gatewayId: envelope.gatewayId }),
      patch: { ...patch },
    }),
  ]
  const values = readingValues(kind, envelope.data)
  if (Object.keys(values).length > 0) {
    const elevation = looseNumber(envelope.data.elevation)
    const data: ReadingRecorded = {
      deviceId,
      kind,
      observedAt: timeText(envelope.at),
      receivedAt: timeText(receivedAt),
      values,
      ...(Math.abs(envelope.at - receivedAt) > context.maxClockSkewSeconds * 1000 ? { clockSkewed: true } : {}),
      ...(location ? { location } : {}),
      ...(elevation === undefined ? {} : { altitudeMetres: elevation }),
    }
    const origin = {
      source: sourceOf(deviceId),
      id: `${identity}.1`,
      time: envelope.at,
      traceparent: context.traceparent,
    }
    events.push({ topic: 'qly.reading.v1', event: createEvent(readingRecordedV1, origin, data) })
  }
  return {
    outcome: 'taken',
    events,
    answers: [],
    identity,
    learnt: [{ deviceId, kind, ...(envelope.gatewayId === undefined ? {} : { gatewayId: envelope.gatewayId }) }],
  }
}

/** Fields that only docks have (domain.md §1.4); the aircraft is the rest. */
const dockOnly = [
  'drone_in_dock',
  'cover_state',
  'sub_device',
  'flighttask_step_code',
  'drone_charge_state',
  'environment_temperature',
  'electric_supply_voltage',
  'putter_state',
]

function guessKind(data: JsonObject): DeviceKind {
  return dockOnly.some((key) => Object.hasOwn(data, key)) ? 'dock' : 'drone'
}

/** DJI's field → name of the measurement. An aircraft estimates wind from its attitude, "not for meteorological use", so that stays in the twin. */
const aircraftFields = {
  height: 'height',
  elevation: 'elevation',
  horizontal_speed: 'horizontal_speed',
  vertical_speed: 'vertical_speed',
}
const dockFields = {
  environment_temperature: 'air_temperature',
  temperature: 'cabinet_temperature',
  humidity: 'humidity',
  wind_speed: 'wind_speed',
  rainfall: 'rainfall_level',
}

function readingValues(kind: DeviceKind, data: JsonObject): Record<string, number> {
  const values: Record<string, number> = {}
  for (const [field, name] of Object.entries(kind === 'dock' ? dockFields : aircraftFields)) {
    const number = looseNumber(data[field])
    if (number !== undefined) values[name] = number
  }
  const battery = isObject(data.battery) ? looseNumber(data.battery.capacity_percent) : undefined
  if (battery !== undefined) values.battery_percent = battery
  return values
}
