// Aggregation of samples into windows: figures per group and window, fed sample by sample.
import type { Aggregate } from '../time-series.ts'

interface Figures {
  count: number
  sum: number
  min: number
  max: number
  last: number
  lastTime: number
}

export interface WindowFigures {
  add(time: number, value: number): void
  /** One sample a window that has any, in order of time; `time` is the window's start. */
  samples(aggregate: Aggregate): { time: number; value: number }[]
}

/** Windows begin at multiples of `everyMs` since the epoch. */
export function createWindowFigures(everyMs: number): WindowFigures {
  const windows = new Map<number, Figures>()
  let current: Figures | undefined
  let start = Number.NaN

  return {
    add(time, value) {
      if (current === undefined || time < start || time >= start + everyMs) {
        start = Math.floor(time / everyMs) * everyMs
        current = windows.get(start) ?? emptyFigures()
        windows.set(start, current)
      }
      current.count++
      current.sum += value
      if (value < current.min) current.min = value
      if (value > current.max) current.max = value
      if (time >= current.lastTime) {
        current.last = value
        current.lastTime = time
      }
    },
    samples: (aggregate) =>
      [...windows]
        .sort(([a], [b]) => a - b)
        .map(([time, figures]) => ({
          time,
          value: aggregate === 'mean' ? figures.sum / figures.count : figures[aggregate],
        })),
  }
}

function emptyFigures(): Figures {
  return {
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    last: Number.NaN,
    lastTime: Number.NEGATIVE_INFINITY,
  }
}
