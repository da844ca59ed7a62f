// Findings: they open an alert, are folded into the open one, begin its quiet time, bring a cleared one back, or go on under a dismissal.
import type { Severity } from '../../contracts/alert-kinds.ts'
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import {
  type AlertRecord,
  type Change,
  isOpen,
  iso,
  maximumFindings,
  rank,
  system,
  withStep,
  worse,
} from './alert-record.ts'
import { type Decision, type FindingInput, nothing } from './decision.ts'
import { addEvidence } from './evidence.ts'
import { conditionStart, picture, silentMilliseconds } from './finding-words.ts'
import { openAlert, reopenAlert } from './open-alert.ts'
import { quietMilliseconds } from './quiet-time.ts'
import { settleSeverity } from './severity.ts'

export function decideFinding(
  record: AlertRecord | null,
  input: FindingInput,
  config: AlertsConfig,
  now: number,
): Decision {
  const ended = input.finding.phase === 'ended'
  if (record && isOpen(record.alert.state))
    return ended ? end(record, input, config, now) : fold(record, input, config, now)
  if (record?.alert.state === 'dismissed') {
    const going = underDismissal(record, input, config)
    if (going) return { record: going, changes: [], outcome: 'suppressed' }
  }
  if (ended) return nothing(record)
  if (record && comesBack(record, input, config)) return reopenAlert(record, input, config, now)
  return openAlert(input, config, now)
}

function fold(record: AlertRecord, input: FindingInput, config: AlertsConfig, now: number): Decision {
  const { finding } = input
  const findings = tracked(record.findings, finding)
  const { clear: _, ...timers } = record.timers
  const folded: AlertRecord = {
    ...record,
    alert: { ...record.alert, ...picture(finding), count: record.alert.count + 1 },
    findings,
    base: highest(findings, config.kinds[finding.kind].severity),
    holdingSince: Math.min(record.holdingSince, conditionStart(input)),
    quietSince: null,
    lastTriggerAt: Math.max(record.lastTriggerAt, input.at),
    timers: { ...timers, silent: record.timers.silent ?? input.at + silentMilliseconds(finding, config) },
  }
  const pictured = pictures(folded, finding, config, now)
  const why = record.base === folded.base ? 'duration' : 'the finding'
  const settled = settleSeverity(pictured.record, config, now, { mayFall: false, why })
  const changes = [...pictured.changes, ...settled.changes]
  if (changes.length > 0) return { record: settled.record, changes, outcome: 'folded' }
  return repeatOrWait(settled.record, config, now)
}

/** Further triggers are published at most every so often: at once after a pause, else together when the time has come. */
function repeatOrWait(record: AlertRecord, config: AlertsConfig, now: number): Decision {
  const due = record.repeatedAt + config.repeatedEverySeconds * 1000
  if (now < due) {
    const timers = { ...record.timers, repeat: record.timers.repeat ?? due }
    return { record: { ...record, timers }, changes: [], outcome: 'folded' }
  }
  const { record: next, change } = withStep(record, {}, { action: 'repeated', by: system, at: iso(now) }, now)
  return { record: next, changes: [change], outcome: 'folded' }
}

function end(record: AlertRecord, input: FindingInput, config: AlertsConfig, now: number): Decision {
  const { finding } = input
  if (!(finding.findingId in record.findings)) return nothing(record)
  const { [finding.findingId]: _, ...findings } = record.findings
  const over = Object.keys(findings).length === 0
  const { severity: __, fall: ___, silent: ____, ...timers } = record.timers
  const left: AlertRecord = {
    ...record,
    alert: { ...record.alert, ...picture(finding) },
    findings,
    ...(over
      ? { quietSince: input.at, timers: { ...timers, clear: input.at + quietMilliseconds(record, config, input.at) } }
      : { base: highest(findings, config.kinds[finding.kind].severity) }),
  }
  const pictured = pictures(left, finding, config, now)
  const settled = settleSeverity(pictured.record, config, now, { mayFall: false, why: over ? 'quiet' : 'the finding' })
  return { record: settled.record, changes: [...pictured.changes, ...settled.changes], outcome: 'ended' }
}

/** A dismissed condition stays dismissed: its findings for as long as they go on, others of the key for a while; but not if it gets worse. */
function underDismissal(record: AlertRecord, input: FindingInput, config: AlertsConfig): AlertRecord | null {
  const { finding } = input
  const known = finding.findingId in record.findings
  if (finding.phase === 'ended') {
    const { [finding.findingId]: _, ...findings } = record.findings
    return known ? { ...record, findings } : null
  }
  const gotWorse = finding.severity !== undefined && rank(finding.severity) > rank(record.base)
  const soon = input.at <= (record.closedAt ?? 0) + config.dismissedForSeconds * 1000
  if (gotWorse || !(known || soon)) return null
  return {
    ...record,
    findings: tracked(record.findings, finding),
    lastTriggerAt: Math.max(record.lastTriggerAt, input.at),
  }
}

const comesBack = (record: AlertRecord, input: FindingInput, config: AlertsConfig): boolean =>
  record.alert.state === 'cleared' && input.at <= (record.closedAt ?? 0) + config.reopenWithinSeconds * 1000

function tracked(findings: AlertRecord['findings'], finding: FindingChanged): AlertRecord['findings'] {
  if (!(finding.findingId in findings) && Object.keys(findings).length >= maximumFindings) return findings
  return { ...findings, [finding.findingId]: finding.severity ?? null }
}

const highest = (findings: AlertRecord['findings'], otherwise: Severity): Severity =>
  Object.values(findings)
    .map((severity) => severity ?? otherwise)
    .reduce<Severity | null>((sum, severity) => (sum === null ? severity : worse(sum, severity)), null) ?? otherwise

function pictures(
  record: AlertRecord,
  { evidence }: FindingChanged,
  config: AlertsConfig,
  now: number,
): { record: AlertRecord; changes: readonly Change[] } {
  const { record: next, changes } = addEvidence(record, evidence, system, config, now)
  return { record: next ?? record, changes }
}
