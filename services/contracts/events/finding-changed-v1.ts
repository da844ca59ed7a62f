// A condition that matters began, goes on, or ended: a parked car beyond its dwell, water in a worse class, a gas in the air.
// Vision and sensing publish findings; alerts turns them into alerts. One finding id lives from its start to its end.
import { type Static, Type } from 'typebox'
import { AlertKind, Severity } from '../alert-kinds.ts'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Evidence } from '../evidence.ts'
import { LonLat, PictureBox } from '../geometry.ts'
import { Identifier } from '../identifiers.ts'

export const FindingChanged = Type.Object({
  findingId: Type.String({
    minLength: 1,
    maxLength: 200,
    description: 'the same from start to end, also over a restart',
  }),
  phase: Type.Union([Type.Literal('started'), Type.Literal('continued'), Type.Literal('ended')]),
  kind: AlertKind,
  cameraId: Type.Optional(Identifier),
  deviceId: Type.Optional(Identifier),
  zoneId: Type.Optional(Identifier),
  subject: Type.String({
    maxLength: 128,
    description: 'what it is about within its source: a vehicle identity, a measurement name',
  }),
  since: Timestamp,
  at: Timestamp,
  severity: Type.Optional(Severity),
  label: Type.Optional(
    Type.String({ maxLength: 64, description: 'the class: car, two_wheeler, smoke, water class IV …' }),
  ),
  score: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  box: Type.Optional(PictureBox),
  location: Type.Optional(LonLat),
  measured: Type.Optional(
    Type.Object({
      name: Type.String({ maxLength: 64 }),
      value: Type.Number(),
      unit: Type.String({ maxLength: 32 }),
      limit: Type.Optional(Type.Number()),
      standard: Type.Optional(
        Type.String({ maxLength: 128, description: 'the standard whose limit it is, e.g. GB 3838-2002 III' }),
      ),
    }),
  ),
  summary: Type.Object({ zh: Type.String({ maxLength: 500 }), en: Type.String({ maxLength: 500 }) }),
  evidence: Type.Array(Evidence, { maxItems: 16 }),
})
export type FindingChanged = Static<typeof FindingChanged>

export const findingChangedV1 = defineEvent({
  type: 'cn.qianliyan.finding.changed.v1',
  summary: 'A condition that may become an alert started, continued (with news) or ended.',
  schema: FindingChanged,
  example: {
    findingId: 'hq-lane-07/kerb/12-1593324000000',
    phase: 'started',
    kind: 'illegal_parking',
    cameraId: 'hq-lane-07',
    zoneId: 'kerb',
    subject: '12-1593324000000',
    since: '2020-06-28T06:00:00.000Z',
    at: '2020-06-28T06:05:00.000Z',
    label: 'car',
    score: 0.87,
    box: [0.31, 0.55, 0.52, 0.78],
    location: [120.5884, 31.3271],
    summary: {
      zh: '机动车在后宝元街北口违停 5 分钟',
      en: 'A car has been parked at Houbaoyuan St north for 5 minutes',
    },
    evidence: [],
  },
})
