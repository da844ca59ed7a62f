// One alert as this room keeps it: what everybody sees, and what only the life cycle needs. All times are milliseconds since the epoch.
import type { AlertState, Severity } from '../../contracts/alert-kinds.ts'
import { severities } from '../../contracts/alert-kinds.ts'
import type { Alert, AlertStep } from '../../contracts/events/alert-changed-v1.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'

/**
 * clear: the quiet time is over; severity: the next rung of a ladder; fall: a lower severity has lasted; repeat: publish folded triggers;
 * silent: the findings have said nothing for too long.
 */
export const timerNames = ['clear', 'severity', 'fall', 'repeat', 'silent'] as const
export type TimerName = (typeof timerNames)[number]
/** Due times. */
export type Timers = Readonly<Partial<Record<TimerName, number>>>

export interface AlertRecord {
  readonly alert: Alert
  /** changes published so far; makes the ids of their events */
  readonly sequence: number
  /** findings that hold now, with the severity that each gives; bounded by `maximumFindings` */
  readonly findings: Readonly<Record<string, Severity | null>>
  /** the highest severity that the findings give (or the kind's own); kept after they end */
  readonly base: Severity
  /** a person's escalation; holds until the alert closes */
  readonly floor: Severity | null
  /** when the condition began, on our clock */
  readonly holdingSince: number
  /** when the last finding ended; null while one holds */
  readonly quietSince: number | null
  readonly lastTriggerAt: number
  /** when triggers were last published */
  readonly repeatedAt: number
  /** times of re-openings, for damping */
  readonly reopenings: readonly number[]
  /** when it was cleared or dismissed */
  readonly closedAt: number | null
  /** people were told of it in a notice, and not yet of its end */
  readonly told: boolean
  readonly timers: Timers
}

/** A change to be published: the alert right after the step. */
export interface Change {
  readonly alert: Alert
  readonly step: AlertStep
  readonly sequence: number
}

/** More findings than this on one key are folded but not tracked one by one. */
export const maximumFindings = 256

/** By whom the room itself acts. */
export const system = 'system:alerts'

export const isOpen = (state: AlertState): boolean => state === 'open' || state === 'acknowledged'

export const rank = (severity: Severity): number => severities.indexOf(severity)

export const worse = (one: Severity, other: Severity): Severity => (rank(one) >= rank(other) ? one : other)

/** At most one alert per key is open: kind, source, zone and subject of the finding. */
export function alertKey(finding: FindingChanged): string {
  const source = finding.cameraId ?? finding.deviceId ?? '-'
  return `${finding.kind}/${source}/${finding.zoneId ?? '-'}/${finding.subject}`
}

/** Adds a published step: the alert after `patch`, the next number; what was folded is told with it, so no repeat is owed. */
export function withStep(
  record: AlertRecord,
  patch: Partial<Alert>,
  step: AlertStep,
  now: number,
): { record: AlertRecord; change: Change } {
  const alert = { ...record.alert, ...patch, updatedAt: iso(now) }
  const sequence = record.sequence + 1
  const { repeat: _, ...timers } = record.timers
  return { record: { ...record, alert, sequence, timers, repeatedAt: now }, change: { alert, step, sequence } }
}

/** People are told of the end of what they were told of, unless it is muted by then. */
export const toldOfEnd = (record: AlertRecord): boolean => record.told && record.alert.muted === null

export const iso = (milliseconds: number): string => new Date(milliseconds).toISOString()
