// Config: limits and the odour classifier.
import { type Static, Type } from 'typebox'

export const SensingConfig = Type.Object(
  {
    enabled: Type.Boolean({ default: true }),
  },
  { additionalProperties: false, default: {} },
)
export type SensingConfig = Static<typeof SensingConfig>
