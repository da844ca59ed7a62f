// People at a place: the shape of the day from pedestrian counters, wander, surges; density from the area, flows from the change.

import type { ReadingSource } from '../device/sensor-script.ts'
import { eventAt, type SignalEvent } from '../device/signal.ts'
import { createRandom } from '../random.ts'

/**
 * Share of the busiest hour by hour of the day, working day and weekend: means over two years of a shopping-street counter (Bourke Street Mall North,
 * City of Melbourne open data, 2015–2016), with the evening of a scenic street held up.
 */
const shape = {
  workday: [
    0.02, 0.01, 0.01, 0.01, 0.01, 0.01, 0.03, 0.08, 0.21, 0.27, 0.4, 0.57, 0.9, 1, 0.82, 0.79, 0.79, 0.87, 0.86, 0.84,
    0.72, 0.45, 0.2, 0.06,
  ],
  weekend: [
    0.08, 0.06, 0.04, 0.03, 0.02, 0.01, 0.02, 0.03, 0.08, 0.2, 0.41, 0.64, 0.81, 0.93, 0.99, 1, 0.94, 0.9, 0.92, 0.9,
    0.75, 0.5, 0.25, 0.1,
  ],
} as const

export interface CrowdScript {
  /** people at the busiest hour of a working day, and how many times that at weekends */
  readonly peak: number
  readonly weekend: number
  /** where they can be, m² */
  readonly area: number
  /** minutes that one stays */
  readonly stayMinutes: number
  /** people that come on top */
  readonly surges: readonly SignalEvent[]
  readonly seed: number
}

/** Share of the busiest hour at an hour of the day (fraction). */
export function shareOfDay(hour: number, weekend: boolean): number {
  const values = weekend ? shape.weekend : shape.workday
  const first = Math.floor(hour) % 24
  const share = hour - Math.floor(hour)
  return (values[first] ?? 0) * (1 - share) + (values[(first + 1) % 24] ?? 0) * share
}

export function createCrowdSource(script: CrowdScript): ReadingSource {
  const random = createRandom(script.seed)
  let before: { seconds: number; count: number } | undefined
  let wander = 0
  return {
    read(seconds, hour, weekend) {
      wander = wander * 0.9 + random.normal(0, 0.02)
      const usual = script.peak * (weekend ? script.weekend : 1) * shareOfDay(hour, weekend) * (1 + wander)
      const surge = script.surges.reduce((sum, event) => sum + eventAt(event, seconds), 0)
      const count = Math.max(0, Math.round(usual + surge + random.normal(0, Math.sqrt(Math.max(1, usual)) * 0.3)))
      const change = before && seconds > before.seconds ? ((count - before.count) * 60) / (seconds - before.seconds) : 0
      before = { seconds, count }
      // those who leave after their stay are replaced
      const turnover = count / script.stayMinutes
      return {
        person_count: count,
        density: Number((count / script.area).toFixed(2)),
        flow_in: Math.max(0, Math.round(turnover + Math.max(0, change))),
        flow_out: Math.max(0, Math.round(turnover + Math.max(0, -change))),
      }
    },
  }
}
