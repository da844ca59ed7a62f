// A silence was made, or ended by hand or by the clock.
import { type Static, Type } from 'typebox'
import { defineEvent } from '../cloud-event.ts'
import { Silence } from '../silences.ts'

export const SilenceChanged = Type.Object({ silence: Silence })
export type SilenceChanged = Static<typeof SilenceChanged>

export const silenceChangedV1 = defineEvent({
  type: 'cn.qianliyan.silence.changed.v1',
  summary: 'A silence was made or ended; carries the whole silence (in force while endedAt is null).',
  schema: SilenceChanged,
  example: {
    silence: {
      id: '01J0000000000000000000SLNC',
      matchers: { camera: ['hq-lane-07'], kind: ['illegal_parking'] },
      author: 'operator-li',
      reason: 'road works',
      createdAt: '2020-06-28T06:00:00.000Z',
      until: '2020-06-28T18:00:00.000Z',
      endedAt: null,
      endedBy: null,
    },
  },
})
