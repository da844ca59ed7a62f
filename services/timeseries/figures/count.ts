// A contribution of one event to a row of figures by the minute.
import type { Tags } from '../../kernel/time-series/points.ts'

export interface Count {
  readonly measurement: string
  readonly tags: Tags
  /** beginning of the minute, ms since the epoch */
  readonly minute: number
  /** what is added to the row's fields */
  readonly add: Readonly<Record<string, number>>
  /** candidate for the row's `peak` */
  readonly peak?: number
}

export const minuteMs = 60_000

/** The beginning of the minute of an RFC 3339 time. */
export function minuteOf(time: string): number {
  return Math.floor(Date.parse(time) / minuteMs) * minuteMs
}

/** Seconds from one time to the other, never negative: clocks of devices may disagree. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
}
