// Something that could not be read or handled: kept with its bytes and the reason, so that nothing is lost in silence.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'

export const LetterDied = Type.Object({
  stage: Type.String({ maxLength: 64, description: 'the room that gave up: ingest, or <group> of a consumer' }),
  origin: Type.String({ maxLength: 512, description: 'MQTT topic, or bus topic/partition/offset' }),
  deviceId: Type.Optional(Type.String({ maxLength: 128 })),
  code: Type.String({ description: 'closed error code (errors.ts)' }),
  reason: Type.String({ maxLength: 2000 }),
  receivedAt: Timestamp,
  base64: Type.String({ description: 'the original bytes, base64; cut at 256 KiB' }),
  truncated: Type.Boolean(),
  sizeBytes: Type.Integer({ minimum: 0 }),
})
export type LetterDied = Static<typeof LetterDied>

export const letterDiedV1 = defineEvent({
  type: 'cn.qianliyan.letter.died.v1',
  summary: 'A message that could not be read or handled, with its bytes and the reason.',
  schema: LetterDied,
  example: {
    stage: 'ingest',
    origin: 'qly/v1/river/river-shantang-01/readings',
    deviceId: 'river-shantang-01',
    code: 'QLY_PAYLOAD_UNREADABLE',
    reason: 'not JSON: unexpected end of input at byte 17',
    receivedAt: '2020-06-28T06:00:00.000Z',
    base64: 'eyJ0ZW1wZXJhdHVyZSI6',
    truncated: false,
    sizeBytes: 17,
  },
})
