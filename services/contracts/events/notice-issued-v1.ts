// What people are told of alerts: a group at a time, not one by one. Whoever pages, mails or shows a banner consumes this.
import { type Static, Type } from 'typebox'
import { AlertKind, AlertState, Severity } from '../alert-kinds.ts'
import { defineEvent, Timestamp } from '../cloud-event.ts'

export const NoticeIssued = Type.Object({
  groupKey: Type.String({ maxLength: 300 }),
  reason: Type.Union(
    [
      Type.Literal('new'),
      Type.Literal('changed'),
      Type.Literal('repeated'),
      Type.Literal('ended'),
      Type.Literal('storm'),
    ],
    {
      description:
        'new: first of its group; changed: opened, worse, escalated, unmuted since; repeated: nobody has acknowledged; ended: all over; storm: some were not opened',
    },
  ),
  at: Timestamp,
  repeat: Type.Integer({ minimum: 0, description: 'how often told again without news' }),
  severity: Type.Union([Severity, Type.Null()], { description: 'the highest of the open ones' }),
  openCount: Type.Integer({ minimum: 0 }),
  endedCount: Type.Integer({ minimum: 0, description: 'cleared or dismissed since the last notice' }),
  droppedCount: Type.Integer({ minimum: 0, description: 'not opened because of the storm limit' }),
  alerts: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: AlertKind,
      severity: Severity,
      state: AlertState,
      openedAt: Timestamp,
      summary: Type.Object({ zh: Type.String(), en: Type.String() }),
    }),
    { maxItems: 100, description: 'worst first; cut at 100, the counts are whole' },
  ),
})
export type NoticeIssued = Static<typeof NoticeIssued>

export const noticeIssuedV1 = defineEvent({
  type: 'cn.qianliyan.notice.issued.v1',
  summary: 'A group of alerts is told, again or anew: what is open, what ended.',
  schema: NoticeIssued,
  example: {
    groupKey: 'illegal_parking/hq-lane-07',
    reason: 'new',
    at: '2020-06-28T06:05:30.000Z',
    repeat: 0,
    severity: 'medium',
    openCount: 1,
    endedCount: 0,
    droppedCount: 0,
    alerts: [
      {
        id: '01J0000000000000000000ALRT',
        kind: 'illegal_parking',
        severity: 'medium',
        state: 'open',
        openedAt: '2020-06-28T06:05:00.000Z',
        summary: {
          zh: '机动车在后宝元街北口违停 5 分钟',
          en: 'A car has been parked at Houbaoyuan St north for 5 minutes',
        },
      },
    ],
  },
})
