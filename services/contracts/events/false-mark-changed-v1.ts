// A false mark was made, held back findings, expired or was revoked.
import { type Static, Type } from 'typebox'
import { defineEvent } from '../cloud-event.ts'
import { FalseMark } from '../false-marks.ts'

export const FalseMarkChanged = Type.Object({ mark: FalseMark })
export type FalseMarkChanged = Static<typeof FalseMarkChanged>

export const falseMarkChangedV1 = defineEvent({
  type: 'cn.qianliyan.falsemark.changed.v1',
  summary: 'A false mark was made, counted or ended; carries the whole mark (in force while endedAt is null).',
  schema: FalseMarkChanged,
  example: {
    mark: {
      id: '01J0000000000000000000FMRK',
      alertId: '01J0000000000000000000ALRT',
      kind: 'smoke',
      source: { camera: 'hq-roof-02', zone: 'chimney' },
      subject: null,
      severity: 'high',
      label: 'smoke',
      box: [0.31, 0.55, 0.52, 0.78],
      evidence: [],
      author: 'operator-li',
      reason: 'steam of the laundry',
      createdAt: '2020-06-28T06:06:00.000Z',
      until: '2020-07-28T06:06:00.000Z',
      endedAt: null,
      endedBy: null,
      count: 3,
      lastAt: '2020-06-29T07:12:00.000Z',
    },
  },
})
