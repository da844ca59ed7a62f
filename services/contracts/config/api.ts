// Config: sessions, resumable streams and command answers of the HTTP API (addresses and request limits are under `http`).
import { type Static, Type } from 'typebox'

export const ApiConfig = Type.Object(
  {
    sessionHours: Type.Number({ default: 12, minimum: 0.1, maximum: 720, description: 'how long a login holds' }),
    commandTimeoutMs: Type.Integer({
      default: 5000,
      minimum: 100,
      description: 'wait for the room that owns the target',
    }),
    streamBacklog: Type.Integer({
      default: 5000,
      minimum: 10,
      description: 'events kept in memory for clients that resume; older ones are read from the bus',
    }),
    maximumStreams: Type.Integer({ default: 200, minimum: 1, description: 'open event streams' }),
    maximumPictureBytes: Type.Integer({ default: 10_485_760, minimum: 1024, description: 'an uploaded proof photo' }),
  },
  { additionalProperties: false, default: {} },
)
export type ApiConfig = Static<typeof ApiConfig>
