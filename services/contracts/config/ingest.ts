// Config: what ingest takes from devices.
import { type Static, Type } from 'typebox'

export const IngestConfig = Type.Object(
  {
    maxClockSkewSeconds: Type.Number({
      default: 300,
      minimum: 1,
      description: 'event time further than this from receive time is flagged',
    }),
    duplicateWindowHours: Type.Number({
      default: 24,
      minimum: 0.01,
      description: 'how long (source, id) pairs are remembered',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type IngestConfig = Static<typeof IngestConfig>
