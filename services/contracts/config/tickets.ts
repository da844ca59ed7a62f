// Config: categories, deadlines, dispatch.
import { type Static, Type } from 'typebox'

export const TicketsConfig = Type.Object(
  {
    fromSeverity: Type.Enum(['info', 'low', 'medium', 'high', 'critical'], {
      default: 'medium',
      description: 'alerts from this severity up become tickets',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type TicketsConfig = Static<typeof TicketsConfig>
