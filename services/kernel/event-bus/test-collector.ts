// For tests: collects what a consumer got of the readings of one source.
import { expect } from 'vitest'
import type { Delivery } from './event-bus.ts'
import { numberOf } from './test-readings.ts'

export interface Collector {
  readonly deliveries: Delivery<'qly.reading.v1'>[]
  /** Takes those of the source; others belong to other tests. */
  take(batch: readonly Delivery<'qly.reading.v1'>[]): void
  numbers(device?: string): number[]
  /** Waits until so many have come. */
  reach(count: number): Promise<void>
}

export function createCollector(source: string): Collector {
  const deliveries: Delivery<'qly.reading.v1'>[] = []
  return {
    deliveries,
    take(batch) {
      deliveries.push(...batch.filter(({ event }) => event.source === source))
    },
    numbers: (device) =>
      deliveries.filter(({ key }) => device === undefined || key === device).map((delivery) => numberOf(delivery)),
    reach: (count) => eventually(() => deliveries.length, count),
  }
}

/** Waits until the value is what is expected; half a minute at most. */
export async function eventually<Value>(value: () => Value | Promise<Value>, expected: Value): Promise<void> {
  await expect.poll(value, { timeout: 30_000, interval: 5 }).toEqual(expected)
}
