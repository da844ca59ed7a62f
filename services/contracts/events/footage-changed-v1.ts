// A pilot's patrol footage arrived, was analysed, or failed.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'

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
