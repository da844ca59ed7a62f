// Config: patrol footage that pilots upload.
import { type Static, Type } from 'typebox'

export const FootageConfig = Type.Object(
  {
    maximumBytes: Type.Integer({
      default: 8 * 1024 ** 3,
      minimum: 1024,
      description: 'one file; DJI splits its recordings at 4 GB',
    }),
    unfinishedHours: Type.Number({
      default: 24,
      minimum: 0.1,
      description: 'an upload may be resumed for this long, then it is removed',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type FootageConfig = Static<typeof FootageConfig>
