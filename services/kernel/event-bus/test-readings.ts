// For tests: numbered readings of devices under one source.
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

export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
