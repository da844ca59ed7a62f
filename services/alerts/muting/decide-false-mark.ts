// False marks: what a person's "false alarm: not here again" makes of a dismissed alert, and which later findings it holds back.
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import { type FalseMark, stateOfMark } from '../../contracts/false-marks.ts'
import { overlapOf } from '../../contracts/geometry.ts'
import { type AlertRecord, iso, rank } from '../life-cycle/alert-record.ts'

/** A mark as this room keeps it. */
export interface FalseMarkRecord {
  readonly mark: FalseMark
  /** the newest findings that it held back, so that each counts once; bounded by `maximumHeld` */
  readonly held: readonly string[]
  /** when the mark was last published, ms since the epoch */
  readonly toldAt: number
  /** when its count is to be published, ms since the epoch; null: it has been */
  readonly tellAt: number | null
}

export const maximumHeld = 64

type Refusal = { readonly refusal: { readonly code: ErrorCode; readonly message: string } }
export type FalseMarkDecision = { readonly record: FalseMarkRecord } | Refusal

/** The mark of an alert that is being dismissed, or why not. `active`: how many are in force. */
export function makeFalseMark(
  { alert, base }: Pick<AlertRecord, 'alert' | 'base'>,
  given: { readonly id: string; readonly author: string; readonly reason: string },
  active: number,
  config: AlertsConfig,
  now: number,
): FalseMarkDecision {
  const { days, maximumActive } = config.falseMarks
  if (active >= maximumActive)
    return refuse('QLY_CONFLICT', `${active} false marks are in force, which is the limit; revoke one first`)
  const mark: FalseMark = {
    id: given.id,
    alertId: alert.id,
    kind: alert.kind,
    source: alert.source,
    subject: alert.source.camera === undefined ? subjectOf(alert.key) : null,
    severity: base,
    label: alert.label,
    box: alert.box,
    evidence: alert.evidence.filter(({ role }) => role === 'clean'),
    author: given.author,
    reason: given.reason,
    createdAt: iso(now),
    until: iso(now + days * 86_400_000),
    endedAt: null,
    endedBy: null,
    count: 0,
    lastAt: null,
  }
  return { record: { mark, held: [], toldAt: now, tellAt: null } }
}

/**
 * The mark that holds a finding back, the oldest of several; null: it may open an alert. A mark holds back its kind at its spot: boxes that overlap
 * enough, or, where neither has a box, the same zone. Never a finding that says a higher severity than was dismissed.
 */
export function falseMarkFor(
  finding: FindingChanged,
  records: readonly FalseMarkRecord[],
  config: AlertsConfig,
  now: number,
): FalseMarkRecord | null {
  const severity = finding.severity ?? config.kinds[finding.kind].severity
  return (
    records.find(
      ({ mark, held }) =>
        stateOfMark(mark) === 'active' &&
        now < Date.parse(mark.until) &&
        mark.kind === finding.kind &&
        mark.source.camera === finding.cameraId &&
        mark.source.device === finding.deviceId &&
        rank(severity) <= rank(mark.severity) &&
        isThere(mark, finding, held, config),
    ) ?? null
  )
}

function isThere(mark: FalseMark, finding: FindingChanged, held: readonly string[], config: AlertsConfig): boolean {
  if (mark.subject !== null && mark.subject !== finding.subject) return false
  if (mark.box && finding.box) return overlapOf(mark.box, finding.box) >= config.falseMarks.overlap
  // a later word may leave the box out; what has never had one is not known to be at this spot
  if (mark.box) return held.includes(finding.findingId)
  return !finding.box && mark.source.zone === finding.zoneId
}

/** The mark after it held a finding back; the same record where nothing is to be kept: another word of a finding already counted. */
export function holdBack(
  record: FalseMarkRecord,
  findingId: string,
  config: AlertsConfig,
  now: number,
): FalseMarkRecord {
  if (record.held.includes(findingId)) return record
  const { mark, toldAt, tellAt } = record
  return {
    ...record,
    mark: { ...mark, count: mark.count + 1, lastAt: iso(now) },
    held: [...record.held, findingId].slice(-maximumHeld),
    // the first one shows at once that the mark works
    tellAt: tellAt ?? (mark.count === 0 ? now : Math.max(now, toldAt + config.falseMarks.tellCountSeconds * 1000)),
  }
}

/** Ends one: by a person, who revokes it, or by the clock. */
export function endFalseMark(record: FalseMarkRecord, by: string, now: number): FalseMarkDecision {
  const { mark } = record
  if (mark.endedAt !== null)
    return refuse('QLY_TRANSITION_REFUSED', `the false mark is ${stateOfMark(mark)} since ${mark.endedAt}`)
  return { record: { ...record, mark: { ...mark, endedAt: iso(now), endedBy: by }, tellAt: null } }
}

/** The last part of an alert's key (`alertKey`). */
const subjectOf = (key: string): string => key.split('/').slice(3).join('/')

const refuse = (code: ErrorCode, message: string): Refusal => ({ refusal: { code, message } })
