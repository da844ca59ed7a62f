// For the conformance suite: numbered readings of devices under one source, and a collector of what a consumer got of them.
import { expect } from 'vitest'
import { createEvent } from '../../contracts/cloud-event.ts'
import { readingRecordedV1 } from '../../contracts/events/reading-recorded-v1.ts'
import type { Delivery, Outgoing } from './event-bus.ts'

/** A reading with a number, which is in its id and its values. */
export const reading = (source: string, device: string, number: number): Outgoing => ({
  topic: 'qly.reading.v1',
  event: createEvent(
    readingRecordedV1,
    { source, id: `${device}-${number}`, time: number },
    { ...readingRecordedV1.example, deviceId: device, values: { ph: number } },
  ),
})

export const numberOf = (delivery: Delivery<'qly.reading.v1'>): number => delivery.event.data.values.ph ?? Number.NaN

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

export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
