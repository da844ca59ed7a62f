// Config: models, tracking, zones and parking.
import { type Static, Type } from 'typebox'

export const VisionConfig = Type.Object(
  {
    frames: Type.Enum(['inline', 'bus'], {
      default: 'inline',
      description: 'bus: media publishes JPEGs to qly.frame.v1 and vision consumes them',
    }),
    threadsPerSession: Type.Integer({ default: 1, minimum: 1, maximum: 64 }),
    publishFrames: Type.Enum(['changes', 'all', 'none'], {
      default: 'changes',
      description: 'which analysed frames are published',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type VisionConfig = Static<typeof VisionConfig>
