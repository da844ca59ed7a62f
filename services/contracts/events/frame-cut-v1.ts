// What models look at of one frame, on its way from media to vision where they sit apart (vision.frames: bus): the cuts at the models' sizes in one JPEG.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Identifier } from '../identifiers.ts'
import { maximumFrameBytes } from './frame-captured-v1.ts'

const Pixels = (description: string, minimum = 1) => Type.Integer({ minimum, maximum: 65_535, description })
const Fraction = Type.Number({ minimum: 0, maximum: 1 })

/** A cut: what of the frame it shows, and where it lies in the JPEG. Field names as in contracts/frames.ts. */
export const BusCut = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  region: Type.Tuple([Fraction, Fraction, Fraction, Fraction], { description: 'part of the full frame, as fractions' }),
  width: Pixels("the model's input, in pixels"),
  height: Pixels("the model's input, in pixels"),
  letterbox: Type.Enum(['centre', 'top-left']),
  top: Pixels('row of the JPEG at which it begins; its left is 0', 0),
  offsetX: Type.Number(),
  offsetY: Type.Number(),
  pictureWidth: Type.Number({ exclusiveMinimum: 0 }),
  pictureHeight: Type.Number({ exclusiveMinimum: 0 }),
})
export type BusCut = Static<typeof BusCut>

export const FrameCutOut = Type.Object({
  cameraId: Identifier,
  capturedAt: Timestamp,
  sequence: Type.Integer({
    minimum: 0,
    description: 'grows by one with every frame sampled since the camera was opened',
  }),
  width: Pixels('of the full frame'),
  height: Pixels('of the full frame'),
  discontinuity: Type.Boolean({ description: 'the first after a (re)connect or a change of resolution' }),
  zonesSuspended: Type.Boolean({ description: 'the view has moved: nothing is told of zones' }),
  mediaType: Type.Literal('image/jpeg'),
  base64: Type.String({
    minLength: 4,
    maxLength: Math.ceil(maximumFrameBytes / 3) * 4,
    description: 'the cuts, one below the other (RFC 4648 §4)',
  }),
  cuts: Type.Array(BusCut, { minItems: 1, maxItems: 256 }),
})
export type FrameCutOut = Static<typeof FrameCutOut>

export const frameCutV1 = defineEvent({
  type: 'cn.qianliyan.frame.cut.v1',
  summary: 'What models look at of one frame of one camera.',
  schema: FrameCutOut,
  example: {
    cameraId: 'hq-lane-07',
    capturedAt: '2020-06-28T06:00:00.000Z',
    sequence: 41,
    width: 1920,
    height: 1080,
    discontinuity: false,
    zonesSuspended: false,
    mediaType: 'image/jpeg',
    base64: '/9j/4AAQSkZJRgABAQAAAQABAAD/2Q==',
    cuts: [
      {
        id: '0.street.0',
        region: [0.1, 0.4, 0.7, 1],
        width: 416,
        height: 416,
        letterbox: 'centre',
        top: 0,
        offsetX: 0,
        offsetY: 91,
        pictureWidth: 416,
        pictureHeight: 234,
      },
    ],
  },
})
