// Vision's word that a frame that came over the bus is done with, and what it saw: media lets the frame go, and notes on its snapshot what to blur.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Identifier } from '../identifiers.ts'

const Fraction = Type.Number({ minimum: 0, maximum: 1 })

export const FrameLooked = Type.Object({
  cameraId: Identifier,
  capturedAt: Timestamp,
  sequence: Type.Integer({ minimum: 0, description: 'frames before this one will not be looked at any more either' }),
  objects: Type.Array(
    Type.Object({
      trackId: Type.Integer(),
      label: Type.String({ maxLength: 64 }),
      box: Type.Optional(Type.Tuple([Fraction, Fraction, Fraction, Fraction])),
    }),
    { maxItems: 10_000 },
  ),
})
export type FrameLooked = Static<typeof FrameLooked>

export const frameLookedV1 = defineEvent({
  type: 'cn.qianliyan.frame.looked.v1',
  summary: 'A frame that came over the bus was looked at.',
  schema: FrameLooked,
  example: {
    cameraId: 'hq-lane-07',
    capturedAt: '2020-06-28T06:00:00.000Z',
    sequence: 41,
    objects: [{ trackId: 3, label: 'car', box: [0.2, 0.5, 0.4, 0.7] }],
  },
})
