// A pilot's patrol footage arrived, was analysed, or failed.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { LonLat } from '../geometry.ts'

const Counts = (description: string) =>
  Type.Record(Type.String({ maxLength: 64 }), Type.Integer({ minimum: 0 }), { maxProperties: 1000, description })

/** What the frames showed. */
export const FootageSummary = Type.Object({
  frames: Type.Integer({ minimum: 0, description: 'that were analysed' }),
  seconds: Type.Number({ minimum: 0, description: 'of the video, from the first analysed frame to the last' }),
  objects: Counts(
    'label → objects told apart by tracking. From a moving drone one object may be counted again after it was lost',
  ),
  mostAtOnce: Counts('label → most objects seen in one frame: a lower bound'),
  location: Type.Optional(LonLat),
})
export type FootageSummary = Static<typeof FootageSummary>

/** What an .SRT side-car says of the flight. */
export const FootageTelemetry = Type.Object({
  points: Type.Integer({ minimum: 0, description: 'moments it tells of' }),
  location: Type.Optional(LonLat),
  beganAt: Type.Optional(Timestamp),
})
export type FootageTelemetry = Static<typeof FootageTelemetry>

export const FootageChanged = Type.Object({
  footageId: Type.String({ minLength: 1, maxLength: 64 }),
  state: Type.Union([
    Type.Literal('uploading'),
    Type.Literal('uploaded'),
    Type.Literal('analysing'),
    Type.Literal('analysed'),
    Type.Literal('failed'),
  ]),
  name: Type.String({ maxLength: 255 }),
  sizeBytes: Type.Integer({ minimum: 0 }),
  sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  key: Type.Optional(Type.String({ maxLength: 512, description: 'in the object store, once uploaded' })),
  pilot: Type.String({ maxLength: 128 }),
  flightId: Type.Optional(Type.String({ maxLength: 128 })),
  at: Timestamp,
  reason: Type.Optional(Type.String({ maxLength: 500 })),
  summary: Type.Optional(FootageSummary),
  telemetry: Type.Optional(FootageTelemetry),
})
export type FootageChanged = Static<typeof FootageChanged>

export const footageChangedV1 = defineEvent({
  type: 'cn.qianliyan.footage.changed.v1',
  summary: 'Patrol footage moved on: uploaded, analysed, failed.',
  schema: FootageChanged,
  example: {
    footageId: '01J0000000000000000000FOOT',
    state: 'uploaded',
    name: 'DJI_0010.MP4',
    sizeBytes: 734003200,
    pilot: 'pilot-wang',
    at: '2020-06-28T07:10:00.000Z',
  },
})
