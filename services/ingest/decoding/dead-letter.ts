// What could not be read, with its bytes and the reason.
import { createEvent } from '../../contracts/cloud-event.ts'
import type { DeviceMessage } from '../../contracts/device-messages.ts'
import { letterDiedV1 } from '../../contracts/events/letter-died-v1.ts'
import type { Outgoing, Refused } from './decoded.ts'
import { messageId, sourceOf } from './message-identity.ts'
import { timeText } from './message-time.ts'

/** letter-died-v1: the bytes are cut here */
const maximumBytes = 256 * 1024

export function deadLetter(message: DeviceMessage, refused: Refused): Outgoing {
  const { payload, receivedAt } = message
  const kept = payload.subarray(0, maximumBytes)
  const origin = {
    source: sourceOf(refused.deviceId ?? 'unknown'),
    id: messageId('dead', undefined, payload, false, receivedAt),
    time: receivedAt,
  }
  const event = createEvent(letterDiedV1, origin, {
    stage: 'ingest',
    origin: message.topic.slice(0, 512),
    ...(refused.deviceId === undefined ? {} : { deviceId: refused.deviceId }),
    code: refused.code,
    reason: refused.reason,
    receivedAt: timeText(receivedAt),
    base64: Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength).toString('base64'),
    truncated: (message.oversizedBytes ?? payload.byteLength) > kept.byteLength,
    sizeBytes: message.oversizedBytes ?? payload.byteLength,
  })
  return { topic: 'qly.dead-letter.v1', event }
}
