// Config: decoding of streams.
import { type Static, Type } from 'typebox'

export const MediaConfig = Type.Object(
  {
    reconnect: Type.Object(
      {
        initialMs: Type.Number({ default: 500, minimum: 10 }),
        maximumMs: Type.Number({ default: 30_000, minimum: 100 }),
        jitter: Type.Number({ default: 0.3, minimum: 0, maximum: 1 }),
      },
      { additionalProperties: false, default: {} },
    ),
    stallSeconds: Type.Number({
      default: 10,
      minimum: 1,
      description: 'no picture for this long: stalled, and connected anew',
    }),
    hardwareThreads: Type.Integer({ default: 1, minimum: 1, maximum: 16, description: 'decoder threads a stream' }),
  },
  { additionalProperties: false, default: {} },
)
export type MediaConfig = Static<typeof MediaConfig>
