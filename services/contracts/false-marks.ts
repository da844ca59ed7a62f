// False marks: a person said that an alert was none; what looks the same at the same spot opens no alert for a while, and its picture is a sample for training.
import { type Static, Type } from 'typebox'
import { AlertKind, Severity } from './alert-kinds.ts'
import { Timestamp } from './cloud-event.ts'
import { Evidence } from './evidence.ts'
import { PictureBox } from './geometry.ts'
import { Identifier } from './identifiers.ts'

export const FalseMark = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  alertId: Type.String({ minLength: 1, maxLength: 64, description: 'the alert that was dismissed' }),
  kind: AlertKind,
  source: Type.Object({
    camera: Type.Optional(Identifier),
    device: Type.Optional(Identifier),
    zone: Type.Optional(Identifier),
  }),
  subject: Type.Union([Type.String({ maxLength: 128 }), Type.Null()], {
    description: 'of a device without a camera: the measurement that it is about; else null',
  }),
  /** the worst that the dismissed findings said; what says more opens an alert all the same */
  severity: Severity,
  label: Type.Union([Type.String(), Type.Null()]),
  box: Type.Union([PictureBox, Type.Null()], { description: 'the spot; null: the whole zone' }),
  evidence: Type.Array(Evidence, { description: 'the plain pictures of the alert, the newest last' }),
  author: Type.String({ maxLength: 128 }),
  reason: Type.String({ maxLength: 2000 }),
  createdAt: Timestamp,
  until: Timestamp,
  endedAt: Type.Union([Timestamp, Type.Null()], { description: 'when it expired or was revoked' }),
  endedBy: Type.Union([Type.String(), Type.Null()]),
  count: Type.Integer({ minimum: 0, description: 'findings that opened no alert because of it' }),
  lastAt: Type.Union([Timestamp, Type.Null()], { description: 'when it last held one back' }),
})
export type FalseMark = Static<typeof FalseMark>

/** Expired marks stay samples; a revoked one was a mistake. `author`s are people, so who ended it tells the two apart. */
export type FalseMarkState = 'active' | 'expired' | 'revoked'

export const stateOfMark = ({ endedAt, endedBy }: Pick<FalseMark, 'endedAt' | 'endedBy'>): FalseMarkState => {
  if (endedAt === null) return 'active'
  return endedBy?.startsWith('system:') ? 'expired' : 'revoked'
}
