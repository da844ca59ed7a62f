// A sensor said something: one message of one device, with all its values at one moment.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { LonLat } from '../geometry.ts'
import { Identifier } from '../identifiers.ts'

export const deviceKinds = [
  'drone',
  'dock',
  'cctv',
  'kitchen',
  'river',
  'crowd',
  'odour',
  'noise',
  'gas',
  'weather',
] as const
export const DeviceKind = Type.Enum(deviceKinds)
export type DeviceKind = (typeof deviceKinds)[number]

/** Names of values: lower-case letters, digits, dot, underscore (see measurements.ts for the known ones and their units). */
export const MeasurementName = Type.String({ pattern: '^[a-z][a-z0-9_.]{0,63}$' })

export const ReadingRecorded = Type.Object({
  deviceId: Identifier,
  kind: DeviceKind,
  observedAt: Timestamp,
  receivedAt: Timestamp,
  clockSkewed: Type.Optional(
    Type.Boolean({ description: 'event time and receive time differ by more than ingest.maxClockSkewSeconds' }),
  ),
  location: Type.Optional(LonLat),
  altitudeMetres: Type.Optional(Type.Number({ description: 'above the take-off point (DJI elevation)' })),
  values: Type.Record(MeasurementName, Type.Number(), { description: 'finite numbers in the unit of the measurement' }),
  flags: Type.Optional(
    Type.Record(MeasurementName, Type.String({ maxLength: 16 }), {
      description: 'HJ 212 data flags by value: N normal, F, M, S, D, C, T, B',
    }),
  ),
})
export type ReadingRecorded = Static<typeof ReadingRecorded>

export const readingRecordedV1 = defineEvent({
  type: 'cn.qianliyan.reading.recorded.v1',
  summary: 'One message of one sensor: its values at one moment, with event time and receive time.',
  schema: ReadingRecorded,
  example: {
    deviceId: 'river-shantang-01',
    kind: 'river',
    observedAt: '2020-06-28T06:00:00.000Z',
    receivedAt: '2020-06-28T06:00:00.420Z',
    location: [120.602, 31.318],
    values: { ph: 7.42, dissolved_oxygen: 4.1, ammonia_nitrogen: 1.18, water_level: 4.14 },
  },
})
