// Config: which alerts become tickets, and how far the system goes by itself. Categories, limits and the calendar are in the organisation file.
import { type Static, Type } from 'typebox'

export const TicketsConfig = Type.Object(
  {
    fromSeverity: Type.Enum(['info', 'low', 'medium', 'high', 'critical'], {
      default: 'medium',
      description: 'alerts from this severity up become tickets',
    }),
    dispatchAlerts: Type.Boolean({
      default: true,
      description:
        'tickets of alerts are filed 立案 and dispatched 派遣 to the department of their category at once; false: they wait for a person',
    }),
    gridToleranceMetres: Type.Number({
      default: 50,
      minimum: 0,
      description: 'a place outside every grid goes to the nearest one within this distance',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type TicketsConfig = Static<typeof TicketsConfig>
