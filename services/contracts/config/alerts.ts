// Config: rules, grouping, silences.
import { type Static, Type } from 'typebox'

export const AlertsConfig = Type.Object(
  {
    clearAfterQuietSeconds: Type.Number({
      default: 60,
      minimum: 1,
      description: 'an ended finding clears its alert after this quiet time',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type AlertsConfig = Static<typeof AlertsConfig>
