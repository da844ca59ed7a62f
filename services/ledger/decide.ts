// The ledger's decisions on one vehicle, pure: a sighting, a person's step, time that passes. watched → suspected → zombie → noticed → towed;
// gone when it moved or nobody saw it for long; dismissed by a person.
import type { LedgerConfig } from '../contracts/config/ledger.ts'
import type { LedgerEntry, LedgerState, LedgerStep } from '../contracts/events/ledger-changed-v1.ts'
import type { VehicleSighted } from '../contracts/events/vehicle-sighted-v1.ts'
import { dayMs, isOpen, iso, type LedgerRecord, notMeasured } from './entry.ts'
import { scoreOf } from './score.ts'

export interface Decision {
  readonly record: LedgerRecord
  readonly steps: readonly LedgerStep[]
}

const system = 'system:ledger'
const hourMs = 3_600_000
const mostSteps = 100
/** By day, by night, in rain: one a few hours, so two days of them. */
const mostAppearances = 8

/** A new entry, or undefined: who stands for hours only is none. A drone cannot tell since when, so its first sight is the beginning. */
export function enter(id: string, sighting: VehicleSighted, day: string, rules: LedgerConfig): Decision | undefined {
  const [since, at] = [Date.parse(sighting.standsSince), Date.parse(sighting.at)]
  if (sighting.phase === 'gone') return undefined
  if (sighting.by === 'cctv' && at - since < rules.enterAfterHours * hourMs) return undefined
  const step: LedgerStep = { action: 'entered', by: system, at: sighting.at }
  const entry: LedgerEntry = {
    id,
    state: 'watched',
    label: sighting.label,
    cameras: [],
    zoneId: sighting.zoneId ?? null,
    box: sighting.box ?? null,
    location: sighting.location ?? null,
    since: sighting.standsSince,
    lastSeenAt: sighting.at,
    days: 0,
    seenDays: 1,
    sightings: 1,
    score: 0,
    measured: { days: 0, coverage: 1, sources: 1 },
    notMeasured: [...notMeasured],
    standard: rules.standard,
    pictures: [],
    noticeUntil: null,
    steps: [step],
  }
  const record: LedgerRecord = {
    entry,
    look: sighting.look ?? null,
    appearances: [],
    accuracyMetres: sighting.accuracyMetres ?? rules.accuracyMetres,
    days: [],
    sources: [],
    absentSince: null,
    news: 0,
  }
  const seen = see({ ...record, entry: { ...entry, sightings: 0 } }, sighting, day, rules)
  return { record: seen.record, steps: [step, ...seen.steps] }
}

/** It was seen at its place again, or is gone from it. `day` is the local day of the sighting. */
export function see(record: LedgerRecord, sighting: VehicleSighted, day: string, rules: LedgerConfig): Decision {
  const { entry } = record
  const at = Date.parse(sighting.at)
  if (sighting.phase === 'gone') {
    if (sighting.reason === 'left') return close(record, 'gone', sighting.at, 'seen driving off')
    return { record: { ...record, absentSince: record.absentSince ?? at }, steps: [] }
  }
  if (record.absentSince !== null && at - record.absentSince > rules.absenceHours * hourMs) {
    return close(record, 'gone', sighting.at, 'was away; whoever stands there now begins anew')
  }
  const days = record.days.includes(day) ? record.days : [...record.days, day]
  const sources = record.sources.includes(sighting.by) ? record.sources : [...record.sources, sighting.by]
  const lastSeenAt = iso(Math.max(at, Date.parse(entry.lastSeenAt)))
  const standing = Math.max(0, (Date.parse(lastSeenAt) - Date.parse(entry.since)) / dayMs)
  const next: LedgerEntry = {
    ...entry,
    ...scoreOf({ days: standing, seenDays: days.length, sources: sources.length }, rules),
    cameras: entry.cameras.includes(sighting.cameraId) ? entry.cameras : [...entry.cameras, sighting.cameraId],
    lastSeenAt,
    days: Math.round(standing * 100) / 100,
    seenDays: days.length,
    sightings: entry.sightings + 1,
    pictures: keepPictures([...entry.pictures, ...sighting.evidence], rules.pictures),
  }
  const seen: LedgerRecord = {
    ...record,
    entry: next,
    days,
    sources,
    absentSince: null,
    look: record.look ?? sighting.look ?? null,
    appearances: [...(record.appearances ?? []), ...(sighting.appearance ? [sighting.appearance] : [])].slice(
      -mostAppearances,
    ),
  }
  return rise(seen, sighting.at, rules)
}

/** A vehicle that nobody has seen for long, or that did not come back from an absence, is gone. */
export function passTime(record: LedgerRecord, now: number, rules: LedgerConfig): Decision {
  const { entry, absentSince } = record
  if (!isOpen(entry.state)) return { record, steps: [] }
  if (absentSince !== null && now - absentSince > rules.absenceHours * hourMs)
    return close(record, 'gone', iso(now), 'no longer at its place')
  if (now - Date.parse(entry.lastSeenAt) > rules.unseenDays * dayMs)
    return close(record, 'gone', iso(now), `not seen for ${rules.unseenDays} days`)
  return { record, steps: [] }
}

export interface PersonStep {
  readonly action: string
  readonly by: string
  readonly at: string
  readonly comment?: string
}

/** What a person does: notice (贴告知书), tow (清拖), dismiss. A refusal changes nothing. */
export function takeStep(record: LedgerRecord, asked: PersonStep, rules: LedgerConfig): Decision | { refusal: string } {
  const { entry } = record
  const { action, by, at, comment } = asked
  const said = comment === undefined ? {} : { comment }
  if (!isOpen(entry.state)) return { refusal: `the vehicle is ${entry.state} already` }
  switch (action) {
    case 'notice': {
      if (entry.state === 'noticed') return { refusal: `a notice runs until ${entry.noticeUntil}` }
      if (entry.state === 'watched') return { refusal: 'it is not even suspected: there is nothing to give notice of' }
      const until = iso(Date.parse(at) + rules.noticeDays * dayMs)
      return to({ ...record, entry: { ...entry, noticeUntil: until } }, 'noticed', {
        action: 'noticed',
        by,
        at,
        until,
        ...said,
      })
    }
    case 'tow': {
      if (entry.state !== 'noticed') return { refusal: 'give notice first' }
      if (entry.noticeUntil !== null && Date.parse(at) < Date.parse(entry.noticeUntil))
        return { refusal: `the notice runs until ${entry.noticeUntil}` }
      return to(record, 'towed', { action: 'towed', by, at, ...said })
    }
    case 'dismiss': {
      if (!comment?.trim()) return { refusal: 'say why: dismissing needs a reason' }
      return to(record, 'dismissed', { action: 'dismissed', by, at, ...said })
    }
    default:
      return { refusal: `a vehicle of the ledger can be noticed, towed or dismissed; "${action}" is none of these` }
  }
}

/** Suspected by its score, a zombie by its days. A notice is not taken back by that. */
function rise(record: LedgerRecord, at: string, rules: LedgerConfig): Decision {
  const { state, score, days } = record.entry
  const steps: LedgerStep[] = []
  let next = record
  const step = (reached: 'suspected' | 'zombie') => {
    const decided = to(next, reached, { action: reached, by: system, at })
    next = decided.record
    steps.push(...decided.steps)
  }
  if (state === 'watched' && score >= rules.suspectScore) step('suspected')
  if ((next.entry.state === 'suspected' || next.entry.state === 'watched') && days >= rules.zombieDays) step('zombie')
  return { record: next, steps }
}

const close = (record: LedgerRecord, state: 'gone', at: string, comment: string): Decision =>
  to(record, state, { action: 'gone', by: system, at, comment })

function to(record: LedgerRecord, state: LedgerState, step: LedgerStep): Decision {
  const steps = [...record.entry.steps, step].slice(-mostSteps)
  return { record: { ...record, entry: { ...record.entry, state, steps } }, steps: [step] }
}

/** The first two pictures stay: how it stood at the beginning; of the others the latest. */
function keepPictures(pictures: LedgerEntry['pictures'], most: number): LedgerEntry['pictures'] {
  return pictures.length <= most ? pictures : [...pictures.slice(0, 2), ...pictures.slice(-(most - 2))]
}
