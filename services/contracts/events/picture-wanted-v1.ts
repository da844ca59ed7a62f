// Vision asks media for the whole of a frame whose cuts came over the bus: it is evidence. Media answers with picture.shown while it has the frame.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Identifier } from '../identifiers.ts'
import { maximumFrameBytes } from './frame-captured-v1.ts'

const frame = { cameraId: Identifier, capturedAt: Timestamp }

export const PictureWanted = Type.Object({
  ...frame,
  maximumWidth: Type.Integer({ minimum: 16, maximum: 8192, description: 'pixels; a wider frame is scaled down' }),
})
export type PictureWanted = Static<typeof PictureWanted>

export const pictureWantedV1 = defineEvent({
  type: 'cn.qianliyan.picture.wanted.v1',
  summary: 'The whole of a frame is wanted.',
  schema: PictureWanted,
  example: { cameraId: 'hq-lane-07', capturedAt: '2020-06-28T06:00:00.000Z', maximumWidth: 1920 },
})

export const PictureShown = Type.Object({
  ...frame,
  mediaType: Type.Literal('image/jpeg'),
  base64: Type.String({ minLength: 4, maxLength: Math.ceil(maximumFrameBytes / 3) * 4 }),
})
export type PictureShown = Static<typeof PictureShown>

export const pictureShownV1 = defineEvent({
  type: 'cn.qianliyan.picture.shown.v1',
  summary: 'The whole of a frame, with the privacy masks of its camera.',
  schema: PictureShown,
  example: {
    cameraId: 'hq-lane-07',
    capturedAt: '2020-06-28T06:00:00.000Z',
    mediaType: 'image/jpeg',
    base64: '/9j/4AAQSkZJRgABAQAAAQABAAD/2Q==',
  },
})
