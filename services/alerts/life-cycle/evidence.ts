// The proof of an alert: each piece once, bounded; the first pictures show how it began, the last ones how it is, and clips always stay.
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import { type AlertRecord, iso, withStep } from './alert-record.ts'
import { type Decision, nothing } from './decision.ts'

/** Joins pieces by hash; beyond `maximum` the middle pictures go (the clips only if there are more of them than that). */
export function mergeEvidence(kept: readonly Evidence[], added: readonly Evidence[], maximum: number): Evidence[] {
  const all = [...new Map([...kept, ...added].map((each) => [`${each.sha256} ${each.role}`, each])).values()]
  if (all.length <= maximum) return all
  const clips = new Set(all.filter(({ role }) => role === 'clip').slice(-maximum))
  const others = all.filter(({ role }) => role !== 'clip')
  const room = maximum - clips.size
  const first = Math.floor(room / 2)
  const last = room - first
  const shown = new Set([...others.slice(0, first), ...(last > 0 ? others.slice(-last) : []), ...clips])
  return all.filter((each) => shown.has(each))
}

/** Adds proof to an alert, open or closed; nothing if it has all of it already. */
export function addEvidence(
  record: AlertRecord,
  added: readonly Evidence[],
  by: string,
  config: AlertsConfig,
  now: number,
): Decision {
  const known = new Set(record.alert.evidence.map((each) => each.sha256))
  if (added.every((each) => known.has(each.sha256))) return nothing(record)
  const evidence = mergeEvidence(record.alert.evidence, added, config.maximumEvidence)
  const { record: next, change } = withStep(record, { evidence }, { action: 'evidence_added', by, at: iso(now) }, now)
  return { record: next, changes: [change], outcome: 'changed' }
}
