// An alert changed: its whole state after the change, and who changed what when.
import { type Static, Type } from 'typebox'
import { AlertKind, AlertState, Severity } from '../alert-kinds.ts'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Evidence } from '../evidence.ts'
import { LonLat, PictureBox } from '../geometry.ts'
import { Identifier } from '../identifiers.ts'

/** An alert as design.md §3 fixes it; fields beyond that list are additions. */
export const Alert = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  kind: AlertKind,
  severity: Severity,
  state: AlertState,
  source: Type.Object({
    camera: Type.Optional(Identifier),
    device: Type.Optional(Identifier),
    zone: Type.Optional(Identifier),
  }),
  location: Type.Union([LonLat, Type.Null()]),
  openedAt: Timestamp,
  updatedAt: Timestamp,
  clearedAt: Type.Union([Timestamp, Type.Null()]),
  count: Type.Integer({ minimum: 1, description: 'triggers folded into this alert' }),
  evidence: Type.Array(Evidence),
  ticketId: Type.Union([Type.String(), Type.Null()]),
  key: Type.String({ description: 'at most one alert per key is open or acknowledged' }),
  groupKey: Type.String({ description: 'alerts told together, e.g. kind + zone' }),
  label: Type.Union([Type.String(), Type.Null()]),
  box: Type.Union([PictureBox, Type.Null()]),
  summary: Type.Object({ zh: Type.String(), en: Type.String() }),
  measured: Type.Optional(
    Type.Object({
      name: Type.String(),
      value: Type.Number(),
      unit: Type.String(),
      limit: Type.Optional(Type.Number()),
      standard: Type.Optional(Type.String()),
    }),
  ),
  muted: Type.Union(
    [
      Type.Null(),
      Type.Object({ by: Type.Union([Type.Literal('silence'), Type.Literal('inhibition')]), ref: Type.String() }),
    ],
    {
      description: 'told to nobody while a silence or an inhibition holds; still recorded',
    },
  ),
  acknowledgedBy: Type.Union([Type.String(), Type.Null()]),
  acknowledgedAt: Type.Union([Timestamp, Type.Null()]),
  dismissReason: Type.Union([Type.String(), Type.Null()]),
})
export type Alert = Static<typeof Alert>

export const AlertAction = Type.Enum([
  'opened',
  'repeated',
  'severity_changed',
  'acknowledged',
  'dismissed',
  'escalated',
  'cleared',
  'muted',
  'unmuted',
  'ticketed',
  'evidence_added',
  'reminded',
])

/** One step in the life of an alert or ticket: what, who, when, why. */
export const AlertStep = Type.Object({
  action: AlertAction,
  by: Type.String({ description: 'user name, or system:<room>' }),
  at: Timestamp,
  comment: Type.Optional(Type.String({ maxLength: 2000 })),
  from: Type.Optional(Type.String()),
  to: Type.Optional(Type.String()),
})
export type AlertStep = Static<typeof AlertStep>

export const AlertChanged = Type.Object({ alert: Alert, step: AlertStep })
export type AlertChanged = Static<typeof AlertChanged>

export const alertChangedV1 = defineEvent({
  type: 'cn.qianliyan.alert.changed.v1',
  summary: 'An alert was opened or changed; carries the whole alert and the step.',
  schema: AlertChanged,
  example: {
    alert: {
      id: '01J0000000000000000000ALRT',
      kind: 'illegal_parking',
      severity: 'medium',
      state: 'open',
      source: { camera: 'hq-lane-07', zone: 'kerb' },
      location: [120.5884, 31.3271],
      openedAt: '2020-06-28T06:05:00.000Z',
      updatedAt: '2020-06-28T06:05:00.000Z',
      clearedAt: null,
      count: 1,
      evidence: [],
      ticketId: null,
      key: 'illegal_parking/hq-lane-07/kerb/12-1593324000000',
      groupKey: 'illegal_parking/hq-lane-07',
      label: 'car',
      box: [0.31, 0.55, 0.52, 0.78],
      summary: {
        zh: '机动车在后宝元街北口违停 5 分钟',
        en: 'A car has been parked at Houbaoyuan St north for 5 minutes',
      },
      muted: null,
      acknowledgedBy: null,
      acknowledgedAt: null,
      dismissReason: null,
    },
    step: { action: 'opened', by: 'system:alerts', at: '2020-06-28T06:05:00.000Z' },
  },
})
