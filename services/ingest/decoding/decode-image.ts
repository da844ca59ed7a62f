// `qly/v1/{kind}/{deviceId}/image`, or the topic of a camera with source `mqtt:<topic>`: one JPEG.
import { createEvent } from '../../contracts/cloud-event.ts'
import { frameCapturedV1, maximumFrameBytes } from '../../contracts/events/frame-captured-v1.ts'
import { type Decoded, refuse, unreadable } from './decoded.ts'
import { givenId, messageId, pictureHash, sourceOf } from './message-identity.ts'
import { readTime, timeText } from './message-time.ts'

export interface ImageContext {
  readonly deviceId: string
  readonly cameraId: string
  readonly payload: Uint8Array
  readonly receivedAt: number
  readonly traceparent: string
  /** MQTT 5 user properties: `at` (time of capture) and `id` of the picture; MQTT 3.1.1 has neither */
  readonly userProperties?: Readonly<Record<string, string | readonly string[]>>
}

/** Bytes → a picture. A JPEG begins with SOI and a marker, and ends with EOI, after which some cameras pad (ITU-T T.81 §B.1.1.3). */
export function decodeImage(context: ImageContext): Decoded {
  const { deviceId, cameraId, payload, receivedAt } = context
  if (payload.byteLength > maximumFrameBytes)
    return refuse(
      'QLY_PAYLOAD_TOO_LARGE',
      `a picture has at most ${maximumFrameBytes} bytes, this one ${payload.byteLength}`,
      deviceId,
    )
  if (payload.byteLength < 4 || payload[0] !== 0xff || payload[1] !== 0xd8 || payload[2] !== 0xff)
    return unreadable('not a JPEG: it does not begin with FF D8 FF', deviceId)
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  if (bytes.subarray(Math.max(0, bytes.length - padding)).lastIndexOf(endOfImage) < 0)
    return unreadable('the JPEG is cut off: no end marker FF D9', deviceId)

  const given = context.userProperties?.at
  const capturedAt = (typeof given === 'string' ? readTime(given) : undefined) ?? receivedAt
  const identity = messageId('image', givenId(context.userProperties?.id), payload, given !== undefined, receivedAt)
  const origin = { source: sourceOf(deviceId), id: identity, time: capturedAt, traceparent: context.traceparent }
  const event = createEvent(frameCapturedV1, origin, {
    cameraId,
    capturedAt: timeText(capturedAt),
    receivedAt: timeText(receivedAt),
    mediaType: 'image/jpeg',
    sha256: pictureHash(payload),
    base64: bytes.toString('base64'),
  })
  return { outcome: 'taken', events: [{ topic: 'qly.frame.v1', event }], answers: [], identity }
}

const endOfImage = Buffer.from([0xff, 0xd9])
/** bytes after EOI that are tolerated */
const padding = 1024
