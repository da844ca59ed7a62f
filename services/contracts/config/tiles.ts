// Config: a large or aerial picture in overlapping tiles, so that a model sees small things at their full size. Of a model (model.json) or a camera.
import { type Static, Type } from 'typebox'

export const Tiles = Type.Object(
  {
    columns: Type.Integer({ minimum: 1, maximum: 8 }),
    rows: Type.Integer({ minimum: 1, maximum: 8 }),
    overlap: Type.Number({
      default: 0.2,
      minimum: 0,
      maximum: 0.5,
      description: 'share of a tile that its neighbour shows too; larger than the small things, or they are cut',
    }),
    whole: Type.Boolean({
      default: true,
      description: 'the whole picture is looked at besides, for things larger than the overlap',
    }),
  },
  {
    additionalProperties: false,
    description: 'where a model looks at the whole frame, it looks at these tiles of it; each costs one inference',
  },
)
export type Tiles = Static<typeof Tiles>
