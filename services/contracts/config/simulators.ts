// Config: the simulated city.
import { type Static, Type } from 'typebox'

export const SimulatorsConfig = Type.Object(
  {
    enabled: Type.Boolean({ default: false, description: 'npm start without --config switches it on' }),
    seed: Type.Integer({ default: 20200628, minimum: 0 }),
    speed: Type.Number({ default: 1, minimum: 0.1, maximum: 100 }),
  },
  { additionalProperties: false, default: {} },
)
export type SimulatorsConfig = Static<typeof SimulatorsConfig>
