// Config: the ledger of vehicles that stand for days (僵尸车台账).
import { type Static, Type } from 'typebox'

const Share = (value: number, description: string) =>
  Type.Number({ default: value, minimum: 0, maximum: 1, description })

export const LedgerConfig = Type.Object(
  {
    enabled: Type.Boolean({ default: true }),
    zombieDays: Type.Number({ default: 30, minimum: 1, maximum: 3650, description: 'standing this long is told' }),
    standard: Type.String({
      default: '僵尸车: 同一位置停放超过 30 日 (温州、资阳; some cities 15 d)',
      maxLength: 128,
      description: 'the rule whose threshold it is; no national figure exists',
    }),
    suspectScore: Share(0.5, 'suspected from this score on'),
    enterAfterHours: Type.Number({
      default: 12,
      minimum: 0,
      maximum: 720,
      description: 'who stands less long is no entry',
    }),
    absenceHours: Type.Number({
      default: 14,
      minimum: 0,
      maximum: 720,
      description:
        'not seen at its place this long (a night in which nothing is recognised): the same stay, if a vehicle of its look then stands there exactly as before; what was seen driving off begins anew at once',
    }),
    samePlaceIou: Share(0.5, 'boxes of one camera that overlap so far are at the same place'),
    exactPlaceIou: Share(0.75, 'after an absence: who came back never parks exactly as before'),
    sameLook: Share(0.6, 'colour histograms (Hellinger distance) nearer than this may be the same vehicle'),
    sameAppearance: Type.Number({
      default: 0.5,
      minimum: 0,
      maximum: 2,
      description:
        'looks by an embedding (one minus the cosine) nearer than this may be the same vehicle; where both are known they decide, not colours',
    }),
    accuracyMetres: Type.Number({
      default: 15,
      minimum: 0,
      maximum: 1000,
      description: 'error of a place that says none; places nearer than both errors together may be the same',
    }),
    unseenDays: Type.Number({
      default: 10,
      minimum: 1,
      maximum: 3650,
      description: 'nobody saw it for so long: the entry is closed',
    }),
    noticeDays: Type.Number({ default: 7, minimum: 0, maximum: 365, description: 'from the notice to the tow' }),
    pictures: Type.Integer({
      default: 12,
      minimum: 2,
      maximum: 64,
      description: 'kept in an entry: the first and the latest',
    }),
    lookEverySeconds: Type.Number({ default: 3600, minimum: 1, description: 'entries that nobody sees are looked at' }),
  },
  { additionalProperties: false, default: {} },
)
export type LedgerConfig = Static<typeof LedgerConfig>
