// Load for the bus benches: readings of 200 devices whose data are about 300 bytes, and a publisher that keeps so many publishes under way.
import { createEvent } from '../../services/contracts/cloud-event.ts'
import { readingRecordedV1 } from '../../services/contracts/events/reading-recorded-v1.ts'
import type { EventBus, Outgoing } from '../../services/kernel/event-bus/event-bus.ts'

/** Readings numbered from `first`; their data are 300 bytes of JSON. */
export function makeReadings(count: number, first = 0): Outgoing[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index
    const deviceId = `river-${String(number % 200).padStart(4, '0')}`
    const values = {
      ...readingRecordedV1.example.values,
      turbidity: 12.5,
      temperature: 21.4,
      conductivity: 412.7,
      flow: number,
    }
    const data = { ...readingRecordedV1.example, deviceId, values, altitudeMetres: 3.2 }
    const event = createEvent(
      readingRecordedV1,
      { source: `/ingest/${deviceId}`, id: String(number), time: number },
      data,
    )
    return { topic: 'qly.reading.v1', event }
  })
}

/** Publishes one event a call, with `underWay` calls at a time, as a broker with many clients does. Resolves once all are durable. */
export function publishAll(bus: EventBus, events: readonly Outgoing[], underWay: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0
    let done = 0
    const publishNext = () => {
      const outgoing = events[next++]
      if (outgoing) bus.publish([outgoing]).then(onDone, reject)
    }
    const onDone = () => {
      if (++done === events.length) resolve()
      else publishNext()
    }
    for (let index = 0; index < underWay; index++) publishNext()
  })
}

/** Seconds that the work took, and of these the CPU seconds of this thread. */
export async function timed(work: () => unknown): Promise<{ seconds: number; cpuSeconds: number }> {
  const cpu = process.threadCpuUsage()
  const start = performance.now()
  await work()
  const seconds = (performance.now() - start) / 1000
  const used = process.threadCpuUsage(cpu)
  return { seconds, cpuSeconds: (used.user + used.system) / 1e6 }
}

/** The best of several runs, since others may use the machine meanwhile. */
export async function best(rounds: number, work: () => Promise<number>): Promise<number> {
  let highest = 0
  for (let round = 0; round < rounds; round++) highest = Math.max(highest, await work())
  return highest
}

/** Measures the rate from the first events to the last of `total`. */
export function createMeter(total: number): { count(events: number): void; readonly rate: Promise<number> } {
  const finished = Promise.withResolvers<number>()
  let start: number | undefined
  let counted = 0
  return {
    count(events) {
      start ??= performance.now()
      counted += events
      if (counted >= total) finished.resolve((counted / (performance.now() - start)) * 1000)
    },
    rate: finished.promise,
  }
}
