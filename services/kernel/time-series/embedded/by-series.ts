// Points taken apart into the samples of their series.
import type { Point } from '../time-series.ts'
import type { Samples } from './chunk.ts'
import type { SeriesCatalogue } from './series-catalogue.ts'

/** Samples of each series in rising order of time; of several at one time the one that comes last. */
export function bySeries(points: readonly Point[], catalogue: Pick<SeriesCatalogue, 'idsOf'>): Map<number, Samples> {
  const collected = new Map<number, { times: number[]; values: number[] }>()
  for (const { measurement, tags, fields, time } of points) {
    const idOf = catalogue.idsOf(measurement, tags)
    for (const field in fields) {
      const id = idOf(field)
      const samples = collected.get(id)
      if (!samples) collected.set(id, { times: [time], values: [fields[field] as number] })
      else {
        samples.times.push(time)
        samples.values.push(fields[field] as number)
      }
    }
  }
  for (const [id, samples] of collected) if (!isRising(samples.times)) collected.set(id, inOrder(samples))
  return collected
}

function isRising(times: readonly number[]): boolean {
  for (let index = 1; index < times.length; index++)
    if ((times[index - 1] as number) >= (times[index] as number)) return false
  return true
}

function inOrder({ times, values }: Samples): { times: number[]; values: number[] } {
  const byTime = new Map(times.map((time, index) => [time, values[index] as number]))
  const sorted = [...byTime].sort(([a], [b]) => a - b)
  return { times: sorted.map(([time]) => time), values: sorted.map(([, value]) => value) }
}
