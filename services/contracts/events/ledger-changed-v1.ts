// An entry of the ledger of vehicles that stand for days (僵尸车台账) changed: the whole entry, and the step.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Evidence } from '../evidence.ts'
import { LonLat, PictureBox } from '../geometry.ts'

export const ledgerStates = ['watched', 'suspected', 'zombie', 'noticed', 'towed', 'dismissed', 'gone'] as const
export const LedgerState = Type.Enum(ledgerStates)
export type LedgerState = Static<typeof LedgerState>

export const LedgerStep = Type.Object({
  action: Type.Enum(['entered', 'suspected', 'zombie', 'noticed', 'towed', 'dismissed', 'gone', 'seen']),
  by: Type.String({ maxLength: 128, description: 'user name, or system:ledger' }),
  at: Timestamp,
  comment: Type.Optional(Type.String({ maxLength: 2000 })),
  until: Type.Optional(Timestamp),
})
export type LedgerStep = Static<typeof LedgerStep>

export const LedgerEntry = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  state: LedgerState,
  label: Type.String(),
  cameras: Type.Array(Type.String(), {
    description: 'cameras and drones that saw it, in the order of their first sight',
  }),
  zoneId: Type.Union([Type.String(), Type.Null()]),
  box: Type.Union([PictureBox, Type.Null()]),
  location: Type.Union([LonLat, Type.Null()]),
  since: Timestamp,
  lastSeenAt: Timestamp,
  days: Type.Number({ minimum: 0, description: 'from since to lastSeenAt' }),
  seenDays: Type.Integer({ minimum: 1, description: 'different days on which it was seen' }),
  sightings: Type.Integer({ minimum: 1 }),
  score: Type.Number({ minimum: 0, maximum: 1, description: 'suspicion, from what is measured (ledger/README.md)' }),
  measured: Type.Object({
    days: Type.Number({ description: 'days / threshold, at most 1' }),
    coverage: Type.Number({ description: 'days seen / days passed' }),
    sources: Type.Integer({ description: 'kinds of source: cctv, drone' }),
  }),
  notMeasured: Type.Array(Type.String(), { description: 'signs that only a person on the spot can confirm' }),
  standard: Type.String(),
  pictures: Type.Array(Evidence),
  noticeUntil: Type.Union([Timestamp, Type.Null()]),
  steps: Type.Array(LedgerStep),
})
export type LedgerEntry = Static<typeof LedgerEntry>

export const LedgerChanged = Type.Object({ entry: LedgerEntry, step: LedgerStep })
export type LedgerChanged = Static<typeof LedgerChanged>

export const ledgerChangedV1 = defineEvent({
  type: 'cn.qianliyan.ledger.changed.v1',
  summary:
    'A vehicle that stands for days: entered, suspected, a zombie, noticed, towed, gone; carries the whole entry.',
  schema: LedgerChanged,
  example: {
    entry: {
      id: '01J0000000000000000000LDGR',
      state: 'zombie',
      label: 'car',
      cameras: ['hq-lane-07'],
      zoneId: 'bay-3',
      box: [0.31, 0.55, 0.52, 0.78],
      location: [120.5884, 31.3271],
      since: '2020-05-28T06:00:00.000Z',
      lastSeenAt: '2020-06-28T06:00:00.000Z',
      days: 31,
      seenDays: 30,
      sightings: 121,
      score: 0.97,
      measured: { days: 1, coverage: 0.94, sources: 1 },
      notMeasured: ['dust', 'flat_tyres', 'plate_missing', 'inspection_expired'],
      standard: '僵尸车: 30 d (Wenzhou; 资阳)',
      pictures: [],
      noticeUntil: null,
      steps: [{ action: 'zombie', by: 'system:ledger', at: '2020-06-28T06:00:00.000Z' }],
    },
    step: { action: 'zombie', by: 'system:ledger', at: '2020-06-28T06:00:00.000Z' },
  },
})
