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
    models: Type.Array(Type.String(), {
      default: ['street'],
      maxItems: 8,
      description: 'what looks at uploaded videos and pictures; none: footage is kept only',
    }),
    fps: Type.Number({
      default: 2,
      minimum: 0.1,
      maximum: 30,
      description: 'frames of a video that are analysed, for each of its seconds',
    }),
    operatingArea: Type.Tuple(
      [
        Type.Number({ minimum: -180, maximum: 180 }),
        Type.Number({ minimum: -90, maximum: 90 }),
        Type.Number({ minimum: -180, maximum: 180 }),
        Type.Number({ minimum: -90, maximum: 90 }),
      ],
      {
        default: [119.5, 30.5, 122, 32.5],
        description:
          'west, south, east, north (WGS-84): where the drones fly. Side-cars write GPS(...) as lon,lat or lat,lon by model; the order that lies here is taken',
      },
    ),
  },
  { additionalProperties: false, default: {} },
)
export type FootageConfig = Static<typeof FootageConfig>
