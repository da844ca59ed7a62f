// What vision told of a time of a camera while it was live: read again from the bus, for replay to be compared with.
import { eventIdentity } from '../../contracts/cloud-event.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { Kernel } from '../../kernel/kernel.ts'

/** Findings of [from, to), ms since the epoch, in order, each once. What is told of a frame is on the bus a moment after it, never before. */
export async function toldOf(
  { bus, clock }: Pick<Kernel, 'bus' | 'clock'>,
  cameraId: string,
  from: number,
  to: number,
): Promise<FindingChanged[]> {
  const findings = new Map<string, FindingChanged>()
  const reading = await bus.tail({ topics: ['qly.detection.v1'], from: { time: from } }, ({ event }) => {
    if (event.type !== 'cn.qianliyan.finding.changed.v1' || event.source !== `/vision/${cameraId}`) return
    const at = Date.parse(event.data.at)
    if (at >= from && at < to) findings.set(eventIdentity(event), event.data)
  })
  try {
    while ((await reading.lag()) > 0) await clock.sleep(5)
  } finally {
    await reading.stop()
  }
  return [...findings.values()]
}
