// A finding of vision, sensing or our own (a lost device): opens, feeds, ends an alert; a storm of them, and what a false mark covers, is held off and counted.
import { ulid } from 'ulid'
import type { AlertKind } from '../../contracts/alert-kinds.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { LonLat } from '../../contracts/geometry.ts'
import { groupKeyOf } from '../grouping/group-key.ts'
import { alertKey, isOpen } from '../life-cycle/alert-record.ts'
import { decide } from '../life-cycle/decide.ts'
import type { Outcome } from '../life-cycle/decision.ts'
import { countsOfKind, newestOfKey } from '../store/alert-store.ts'
import { addDropped, findDevice } from '../store/records-store.ts'
import { setTimer } from '../store/timer-store.ts'
import { heldBack } from './false-marks.ts'
import { keepDecision } from './keep-decision.ts'
import { muteOf } from './mutes.ts'
import type { Work } from './work.ts'

/** What kept a finding from opening an alert: the storm limit, or a false mark. */
type KeptOut = 'dropped' | 'held_back'

/** `at`: when the bus took it. Of a finding that was kept out a later word may open an alert. */
export async function handleFinding(work: Work, finding: FindingChanged, at: number): Promise<Outcome | KeptOut> {
  const key = alertKey(finding)
  const record = await newestOfKey(work.db, key)
  const mayOpen = finding.phase !== 'ended' && !(record && isOpen(record.alert.state))
  const decision = decide(
    record,
    {
      type: 'finding',
      finding,
      at: Math.min(at, work.now),
      newId: mayOpen ? ulid(work.now) : '',
      key,
      groupKey: groupKeyOf(finding, work.config),
      location: mayOpen ? await locationOf(work, finding) : null,
      muted: mayOpen ? await muteOf(work, { kind: finding.kind, source: sourceOf(finding) }) : null,
    },
    work.config,
    work.now,
  )
  if (opens.has(decision.outcome) && (await heldBack(work, finding))) return 'held_back'
  if (decision.outcome === 'opened' && (await isStorm(work, finding.kind))) {
    await drop(work, finding.kind)
    return 'dropped'
  }
  await keepDecision(work, record, decision)
  return decision.outcome
}

const opens: ReadonlySet<Outcome> = new Set(['opened', 'reopened'])

const sourceOf = (finding: FindingChanged) => ({
  ...(finding.cameraId === undefined ? {} : { camera: finding.cameraId }),
  ...(finding.deviceId === undefined ? {} : { device: finding.deviceId }),
  ...(finding.zoneId === undefined ? {} : { zone: finding.zoneId }),
})

/** Where the camera or device stands: by configuration, else where it last said it was. */
async function locationOf(work: Work, finding: FindingChanged): Promise<LonLat | null> {
  for (const id of [finding.cameraId, finding.deviceId]) {
    if (id === undefined) continue
    const location = work.places.get(id)?.location ?? (await findDevice(work.db, id))?.location
    if (location) return location
  }
  return null
}

/** Counted in the table, so that it is right after a restart and with several processes. */
async function isStorm(work: Work, kind: AlertKind): Promise<boolean> {
  const { openPerKind, opensPerMinute } = work.config.storm
  const { open, recent } = await countsOfKind(work.db, kind, work.now - 60_000)
  return open >= openPerKind || recent >= opensPerMinute
}

async function drop(work: Work, kind: AlertKind): Promise<void> {
  work.metrics.dropped.inc({ kind })
  const dropped = await addDropped(work.db, kind)
  if (dropped > 1) return
  work.logger.warn(
    { kind, storm: work.config.storm },
    'storm limit reached: further alerts of this kind are not opened',
  )
  const due = work.now + work.config.groups.waitSeconds * 1000
  await setTimer(work.db, 'storm', kind, 'tell', due)
  work.onTimer(due)
}
