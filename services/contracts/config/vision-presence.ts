// Config of vision: what is there or not (smoke, fire, debris, what kitchens must not show), how it is voted, and when smoke and fire are critical.
import { type Static, Type } from 'typebox'
import { AlertKind } from '../alert-kinds.ts'

const section = { additionalProperties: false, default: {} } as const
const Share = (value: number, description: string) =>
  Type.Number({ default: value, minimum: 0, maximum: 1, description })

export const PresenceRule = Type.Object(
  {
    label: Type.String({ minLength: 1, maxLength: 64, description: 'label of the model' }),
    kind: AlertKind,
    zones: Type.Array(Type.Enum(['watch', 'river_surface', 'kitchen']), {
      default: ['watch', 'river_surface', 'kitchen'],
      description: 'kinds of zone where it counts',
    }),
    overSeconds: Type.Number({ default: 3, minimum: 0.2, maximum: 600, description: 'window of the vote' }),
    share: Share(0.6, 'share of the frames in the window that must show it'),
    minimumFrames: Type.Integer({ default: 3, minimum: 1, maximum: 1000 }),
    clearSeconds: Type.Number({
      default: 20,
      minimum: 0.2,
      maximum: 86_400,
      description: 'not one frame for this long: ended',
    }),
    sameArea: Type.Boolean({
      default: false,
      description: 'only frames that show it in the same area vote together: scattered false boxes never add up',
    }),
    steadySeconds: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 3600,
      description:
        'with sameArea: what neither flickers nor grows (a lamp, a poster, but also a still column of smoke) must stay this long; 0: as long as any other',
    }),
    outsideHours: Type.Array(Type.Enum(['watch', 'river_surface', 'kitchen']), {
      default: [],
      description:
        'kinds of zone in which it counts also outside the hours of the zone: a rat or a fire in a closed kitchen',
    }),
  },
  { additionalProperties: false },
)
export type PresenceRule = Static<typeof PresenceRule>

const kitchenLabels = ['no_mask', 'no_hat', 'smoking', 'phone', 'rat', 'bin_open'] as const
const burning = { sameArea: true, steadySeconds: 12, outsideHours: ['kitchen'] }
export const presenceDefaults = [
  { label: 'smoke', kind: 'smoke', zones: ['watch', 'kitchen'], ...burning },
  { label: 'fire', kind: 'fire', zones: ['watch', 'kitchen'], ...burning },
  { label: 'debris', kind: 'river_debris', zones: ['river_surface'], overSeconds: 6 },
  ...kitchenLabels.map((label) => ({
    label,
    kind: 'kitchen_hygiene',
    zones: ['kitchen'],
    overSeconds: 4,
    ...(label === 'rat' ? { outsideHours: ['kitchen'] } : {}),
  })),
]

/** What makes smoke or fire critical; without any of these it is high, and the ladder of `alerts.kinds` makes it critical with time. Local policy. */
export const Burning = Type.Object(
  {
    areaShare: Share(0.05, 'it covers this share of the frame'),
    growth: Type.Number({
      default: 1.5,
      minimum: 1.05,
      maximum: 100,
      description: 'it grew to so many times its area when it was told',
    }),
    personsWithin: Type.Number({
      default: 1,
      minimum: 0,
      maximum: 10,
      description: 'a person within so many of its own sizes; 0: touching it',
    }),
    personFrames: Type.Integer({ default: 3, minimum: 1, maximum: 1000, description: 'in so many frames in a row' }),
  },
  section,
)
