// How an alert begins: a new one, or one that cleared a moment ago and is the same trouble again.
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import { type AlertRecord, iso, system, withStep } from './alert-record.ts'
import type { Decision, FindingInput } from './decision.ts'
import { mergeEvidence } from './evidence.ts'
import { conditionStart, picture, silentMilliseconds } from './finding-words.ts'
import { settleSeverity, targetSeverity } from './severity.ts'

export function openAlert(input: FindingInput, config: AlertsConfig, now: number): Decision {
  const { finding } = input
  const base = finding.severity ?? config.kinds[finding.kind].severity
  const opened = Math.min(Date.parse(finding.at), input.at)
  const held: AlertRecord = {
    alert: {
      id: input.newId,
      kind: finding.kind,
      severity: base,
      state: 'open',
      source: {
        ...(finding.cameraId === undefined ? {} : { camera: finding.cameraId }),
        ...(finding.deviceId === undefined ? {} : { device: finding.deviceId }),
        ...(finding.zoneId === undefined ? {} : { zone: finding.zoneId }),
      },
      openedAt: iso(opened),
      updatedAt: iso(now),
      clearedAt: null,
      count: 1,
      ticketId: null,
      key: input.key,
      groupKey: input.groupKey,
      muted: input.muted,
      acknowledgedBy: null,
      acknowledgedAt: null,
      dismissReason: null,
      label: null,
      box: null,
      ...picture(finding),
      location: finding.location ?? input.location,
      evidence: mergeEvidence([], finding.evidence, config.maximumEvidence),
    },
    sequence: 0,
    findings: { [finding.findingId]: finding.severity ?? null },
    base,
    floor: null,
    holdingSince: conditionStart(input),
    quietSince: null,
    lastTriggerAt: input.at,
    repeatedAt: now,
    reopenings: [],
    closedAt: null,
    told: false,
    timers: { silent: input.at + silentMilliseconds(finding, config) },
  }
  return begin(held, input, config, now, 'opened')
}

/** The condition is back so soon after clearing that it is the same trouble: same id, ticket and pictures; nobody has acknowledged it yet. */
export function reopenAlert(record: AlertRecord, input: FindingInput, config: AlertsConfig, now: number): Decision {
  const { finding } = input
  const windowStart = input.at - config.flapping.windowSeconds * 1000
  const base = finding.severity ?? config.kinds[finding.kind].severity
  const held: AlertRecord = {
    ...record,
    alert: {
      ...record.alert,
      ...picture(finding),
      state: 'open',
      clearedAt: null,
      acknowledgedBy: null,
      acknowledgedAt: null,
      count: record.alert.count + 1,
      muted: input.muted,
      evidence: mergeEvidence(record.alert.evidence, finding.evidence, config.maximumEvidence),
    },
    findings: { [finding.findingId]: finding.severity ?? null },
    base,
    floor: null,
    holdingSince: conditionStart(input),
    quietSince: null,
    lastTriggerAt: input.at,
    reopenings: [...record.reopenings.filter((at) => at > windowStart), input.at].slice(-32),
    closedAt: null,
    timers: { silent: input.at + silentMilliseconds(finding, config) },
  }
  return begin(held, input, config, now, 'reopened')
}

/** An alert opens with the severity that already holds: a car that has stood for an hour does not begin at the foot of the ladder. */
function begin(
  held: AlertRecord,
  input: FindingInput,
  config: AlertsConfig,
  now: number,
  outcome: 'opened' | 'reopened',
): Decision {
  const severity = targetSeverity(held, config, Math.min(input.at, now))
  const again = outcome === 'reopened' ? { from: 'cleared', to: 'open', comment: 'the condition came back' } : {}
  const opened = withStep(held, { severity }, { action: 'opened', by: system, at: iso(now), ...again }, now)
  const settled = settleSeverity(opened.record, config, now, { mayFall: false, why: 'duration' })
  return { record: settled.record, changes: [opened.change, ...settled.changes], outcome }
}
