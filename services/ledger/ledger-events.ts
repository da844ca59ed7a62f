// From the ledger's decisions to events: the entry with each step, and the finding that alerts make an alert of.
import { createEvent } from '../contracts/cloud-event.ts'
import { type FindingChanged, findingChangedV1 } from '../contracts/events/finding-changed-v1.ts'
import { type LedgerStep, ledgerChangedV1 } from '../contracts/events/ledger-changed-v1.ts'
import type { Outgoing } from '../kernel/event-bus/event-bus.ts'
import { isOpen, type LedgerRecord } from './entry.ts'

const source = '/ledger'

/** One event a step. A sighting without a step is told too (`seen`), so that the list shows when it was last seen. */
export function entryEvents(record: LedgerRecord, steps: readonly LedgerStep[]): Outgoing[] {
  const { entry } = record
  const told = steps.length > 0 ? steps : [{ action: 'seen' as const, by: 'system:ledger', at: entry.lastSeenAt }]
  return told.map((step) => ({
    topic: 'qly.ledger.v1',
    event: createEvent(
      ledgerChangedV1,
      { source, id: `${entry.id}/${entry.sightings}/${step.action}/${step.at}`, subject: entry.id, time: step.at },
      { entry, step },
    ),
  }))
}

const alarmed = (state: string) => state === 'zombie' || state === 'noticed'

/** The finding `zombie_vehicle`: begins with the threshold, goes on while it stands, ends when it is gone, towed or dismissed. */
export function findingEvent(before: LedgerRecord | undefined, after: LedgerRecord): Outgoing | undefined {
  const was = before !== undefined && alarmed(before.entry.state)
  const is = alarmed(after.entry.state)
  if (!was && !is) return undefined
  const phase = was && is ? 'continued' : is ? 'started' : 'ended'
  const { entry, news } = after
  const [camera] = entry.cameras
  const at = isOpen(entry.state) ? entry.lastSeenAt : (entry.steps.at(-1)?.at ?? entry.lastSeenAt)
  const days = Math.floor(entry.days)
  const data: FindingChanged = {
    findingId: `ledger/${entry.id}`,
    phase,
    kind: 'zombie_vehicle',
    ...(camera === undefined ? {} : { cameraId: camera }),
    ...(entry.zoneId === null ? {} : { zoneId: entry.zoneId }),
    subject: entry.id,
    since: entry.since,
    at,
    label: entry.label,
    score: entry.score,
    ...(entry.box ? { box: entry.box } : {}),
    ...(entry.location ? { location: entry.location } : {}),
    measured: { name: 'parked_days', value: entry.days, unit: 'd', standard: entry.standard },
    summary: is
      ? {
          zh: `疑似僵尸车：同一车辆在同一位置停放 ${days} 日（可疑度 ${entry.score}，须现场核实）`,
          en: `Suspected zombie vehicle: at the same place for ${days} days (score ${entry.score}; to be confirmed on the spot)`,
        }
      : { zh: `停放 ${days} 日的车辆已处理或驶离`, en: `A vehicle that stood for ${days} days is gone or dealt with` },
    evidence: entry.pictures.slice(-4),
  }
  const id = phase === 'continued' ? `${data.findingId}/continued/${news}` : `${data.findingId}/${phase}`
  return {
    topic: 'qly.detection.v1',
    event: createEvent(findingChangedV1, { source, id, subject: data.findingId, time: at }, data),
  }
}
