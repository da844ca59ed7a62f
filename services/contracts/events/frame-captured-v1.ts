// A picture on the bus: only where decoding and inference sit apart (vision.frames: bus) and for JPEGs that arrive over MQTT or HTTP.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Identifier } from '../identifiers.ts'

/** The largest JPEG taken, in bytes before base64. */
export const maximumFrameBytes = 4 * 1024 * 1024

export const FrameCaptured = Type.Object({
  cameraId: Identifier,
  capturedAt: Timestamp,
  receivedAt: Timestamp,
  mediaType: Type.Literal('image/jpeg'),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  base64: Type.String({
    maxLength: Math.ceil(maximumFrameBytes / 3) * 4,
    description: 'the JPEG, base64 (RFC 4648 §4)',
  }),
})
export type FrameCaptured = Static<typeof FrameCaptured>

export const frameCapturedV1 = defineEvent({
  type: 'cn.qianliyan.frame.captured.v1',
  summary: 'One JPEG picture of one camera.',
  schema: FrameCaptured,
  example: {
    cameraId: 'kitchen-shantang-02',
    capturedAt: '2020-06-28T06:00:00.000Z',
    receivedAt: '2020-06-28T06:00:00.080Z',
    mediaType: 'image/jpeg',
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    base64: '/9j/4AAQSkZJRgABAQAAAQABAAD/2Q==',
  },
})
