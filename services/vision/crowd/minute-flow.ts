// Crossings by the minute of event time: a minute is told when the first frame of a later one has come. A minute in which the camera saw nothing at all is
// not told: no figure is not the figure 0.
import type { LineConfig } from '../../contracts/config/cameras.ts'
import type { Crossing } from './line-flow.ts'

export interface MinuteFlow {
  /** One frame; answers with the figures of the minute that is over. */
  count(
    crossings: readonly Crossing[],
    at: number,
  ): { readonly observedAt: number; readonly values: Record<string, number> } | undefined
}

const minuteMs = 60_000

/** `flow_in`, `flow_out`: of all lines; `flow_in.<line>`, `flow_out.<line>`: of each. A reading is of the beginning of its minute. */
export function createMinuteFlow(lines: readonly Pick<LineConfig, 'id'>[]): MinuteFlow {
  let minute: number | undefined
  let values: Record<string, number> = {}
  const empty = () =>
    Object.fromEntries(
      ['flow_in', 'flow_out'].flatMap((name) => [[name, 0], ...lines.map(({ id }) => [partName(name, id), 0])]),
    ) as Record<string, number>
  return {
    count(crossings, at) {
      const now = Math.floor(at / minuteMs) * minuteMs
      // a clock that was set back begins anew; what was told stays told
      const over = minute !== undefined && now > minute ? { observedAt: minute, values } : undefined
      if (minute !== now) {
        minute = now
        values = empty()
      }
      for (const { lineId, direction } of crossings)
        for (const name of [`flow_${direction}`, partName(`flow_${direction}`, lineId)])
          values[name] = (values[name] ?? 0) + 1
      return over
    },
  }
}

/** The name of a figure of a part of a camera (zone, line): names of measurements have lower-case letters, digits, dot and underscore only. */
export const partName = (name: string, id: string): string =>
  `${name}.${id.toLowerCase().replace(/[^a-z0-9_.]/g, '_')}`.slice(0, 64)
