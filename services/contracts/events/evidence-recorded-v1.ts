// A clip around an alert is complete: kept by content hash, beyond any retention. The alerts room adds it to the alert.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Evidence } from '../evidence.ts'
import { Identifier } from '../identifiers.ts'

export const EvidenceRecorded = Type.Object({
  alertId: Type.String({ minLength: 1, maxLength: 64 }),
  cameraId: Identifier,
  from: Timestamp,
  to: Timestamp,
  complete: Type.Boolean({ description: 'false: of the wanted time a part was not recorded (the stream was lost)' }),
  evidence: Type.Array(Evidence, { minItems: 1, maxItems: 16 }),
})
export type EvidenceRecorded = Static<typeof EvidenceRecorded>

export const evidenceRecordedV1 = defineEvent({
  type: 'cn.qianliyan.evidence.recorded.v1',
  summary: 'A video clip around an alert was cut from the recording and kept as evidence.',
  schema: EvidenceRecorded,
  example: {
    alertId: '01J0000000000000000000ALRT',
    cameraId: 'hq-lane-07',
    from: '2020-06-28T06:04:54.800Z',
    to: '2020-06-28T06:05:05.000Z',
    complete: true,
    evidence: [
      {
        url: '/api/v1/evidence/evidence/2020/06/28/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.mp4',
        sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        at: '2020-06-28T06:05:00.000Z',
        role: 'clip',
      },
    ],
  },
})
