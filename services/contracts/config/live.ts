// Config: live view in the browser.
import { type Static, Type } from 'typebox'

export const LiveConfig = Type.Object(
  {
    ffmpeg: Type.Optional(
      Type.String({
        description: 'path of the ffmpeg program for MPEG-1; default: the one on PATH, else the one that npm brought',
      }),
    ),
    maximumEncoders: Type.Integer({
      default: 8,
      minimum: 0,
      maximum: 256,
      description: 'MPEG-1 streams at once in this process, one for all watchers of a camera; 0: original streams only',
    }),
    maximumWatchers: Type.Integer({ default: 200, minimum: 1, description: 'open live tiles of this process' }),
    lingerSeconds: Type.Number({
      default: 5,
      minimum: 0,
      maximum: 300,
      description: 'a stream goes on for this long after its last watcher has gone',
    }),
    watcherQueueBytes: Type.Integer({
      default: 2_097_152,
      minimum: 65_536,
      description: 'a watcher that lags behind by more than this is dropped; the stream goes on for the others',
    }),
    width: Type.Integer({ default: 640, minimum: 160, maximum: 1920, description: 'of the MPEG-1 picture, in pixels' }),
    framesPerSecond: Type.Enum([24, 25, 30], { default: 25, description: 'of MPEG-1, which knows few rates' }),
    kilobitsPerSecond: Type.Integer({ default: 1000, minimum: 100, maximum: 20_000, description: 'of MPEG-1' }),
    coarseWidth: Type.Integer({
      default: 128,
      minimum: 32,
      maximum: 320,
      description:
        'detail that is left, in pixels across the picture, for roles that may not see faces and plates: at 128 a block is 10 px of a 1280 px picture',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type LiveConfig = Static<typeof LiveConfig>
