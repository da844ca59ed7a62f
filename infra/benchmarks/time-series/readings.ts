// Readings of a made-up district, as events for the bus and as points for a store: the same numbers either way.
import { createEvent } from '../../../services/contracts/cloud-event.ts'
import { readingRecordedV1 } from '../../../services/contracts/events/reading-recorded-v1.ts'
import type { Outgoing } from '../../../services/kernel/event-bus/event-bus.ts'

export interface Reading {
  readonly deviceId: string
  readonly time: number
  readonly values: Readonly<Record<string, number>>
}

/** `count` readings of 200 river stations, four values each, one a second and station, ending at `end` (ms since the epoch). */
export function readingsOf(count: number, end: number): Reading[] {
  const stations = 200
  return Array.from({ length: count }, (_, index) => ({
    deviceId: `river-${index % stations}`,
    time: end - Math.floor((count - 1 - index) / stations) * 1000,
    values: {
      ph: round(7 + Math.sin(index / 1000)),
      dissolved_oxygen: round(4 + (index % 97) / 50),
      ammonia_nitrogen: round(1 + (index % 31) / 40),
      water_level: round(3.6 + (index % 211) / 500),
    },
  }))
}

export function asOutgoing({ deviceId, time, values }: Reading): Outgoing {
  const at = new Date(time).toISOString()
  const data = { deviceId, kind: 'river' as const, observedAt: at, receivedAt: at, values: { ...values } }
  return {
    topic: 'qly.reading.v1',
    event: createEvent(readingRecordedV1, { source: `/ingest/${deviceId}`, time }, data),
  }
}

const round = (value: number) => Math.round(value * 1000) / 1000
