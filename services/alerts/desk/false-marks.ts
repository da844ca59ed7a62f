// False marks at work: made with a dismissal, revoked, expired; findings held back are counted, and the count is told now and then.
import { ulid } from 'ulid'
import { createEvent } from '../../contracts/cloud-event.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import type { CommandIssued } from '../../contracts/events/command-issued-v1.ts'
import { falseMarkChangedV1 } from '../../contracts/events/false-mark-changed-v1.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { FalseMark } from '../../contracts/false-marks.ts'
import { type AlertRecord, system } from '../life-cycle/alert-record.ts'
import {
  endFalseMark,
  type FalseMarkDecision,
  type FalseMarkRecord,
  falseMarkFor,
  holdBack,
  makeFalseMark,
} from '../muting/decide-false-mark.ts'
import { countFalseMarks, falseMarksAt, findFalseMark, saveFalseMark } from '../store/false-mark-store.ts'
import { clearTimers, type TimerRow } from '../store/timer-store.ts'
import { eventSource, type Work } from './work.ts'

type Answer = { readonly result: FalseMark } | { readonly code: ErrorCode; readonly message: string }

/** The mark that a dismissal with `falseAlarm` makes, not yet kept; or why it makes none. */
export async function falseMarkOf(work: Work, record: AlertRecord, author: string, reason: string) {
  const given = { id: ulid(work.now), author, reason }
  return makeFalseMark(record, given, await countFalseMarks(work.db), work.config, work.now)
}

/** Is a finding that would open an alert held back by a mark? Then it is counted there. */
export async function heldBack(work: Work, finding: FindingChanged): Promise<boolean> {
  const source = finding.cameraId ?? finding.deviceId ?? '-'
  const marks = await falseMarksAt(work.db, finding.kind, source)
  const record = falseMarkFor(finding, marks, work.config, work.now)
  if (!record) return false
  const counted = holdBack(record, finding.findingId, work.config, work.now)
  if (counted === record) return true
  work.metrics.heldBack.inc({ kind: finding.kind })
  if (counted.tellAt !== null && counted.tellAt <= work.now) await tell(work, counted)
  else await keep(work, counted)
  return true
}

/** A person revokes a mark: what is there now may open an alert with its next word. */
export async function commandFalseMark(work: Work, command: CommandIssued): Promise<Answer> {
  if (command.action !== 'revoke')
    return { code: 'QLY_INPUT_INVALID', message: `a false mark can be revoked; "${command.action}" is not that` }
  const record = await findFalseMark(work.db, command.targetId)
  if (!record) return { code: 'QLY_NOT_FOUND', message: `there is no false mark ${command.targetId}` }
  const decided: FalseMarkDecision = endFalseMark(record, command.by, work.now)
  if ('refusal' in decided) return decided.refusal
  await tell(work, decided.record)
  return { result: decided.record.mark }
}

/** Its time is over, or its count is to be told. */
export async function fireFalseMark(work: Work, timer: TimerRow): Promise<void> {
  const record = await findFalseMark(work.db, timer.ownerId)
  if (!record || record.mark.endedAt !== null) return clearTimers(work.db, 'false_mark', timer.ownerId)
  if (timer.name !== 'expire') return tell(work, record)
  const decided = endFalseMark(record, system, work.now)
  if ('record' in decided) await tell(work, decided.record)
}

/** Keeps a new mark and says so. */
export const keepNewMark = (work: Work, record: FalseMarkRecord): Promise<void> => tell(work, record, true)

async function tell(work: Work, record: FalseMarkRecord, isNew = false): Promise<void> {
  const { mark } = record
  if (!(await keep(work, { ...record, toldAt: work.now, tellAt: null }, isNew))) return
  // by what is stored, so a second publication after a crash is the same event
  const id = `false-mark/${mark.id}/${mark.endedAt === null ? mark.count : 'ended'}`
  const event = createEvent(falseMarkChangedV1, { source: eventSource, id, subject: mark.id, time: work.now }, { mark })
  work.outgoing.push({ topic: 'qly.notice.v1', event })
}

async function keep(work: Work, record: FalseMarkRecord, isNew = false): Promise<boolean> {
  const kept = await saveFalseMark(work.db, record, isNew)
  if (!kept) return false
  const { mark, tellAt } = record
  if (mark.endedAt === null) work.onTimer(Math.min(tellAt ?? Number.POSITIVE_INFINITY, Date.parse(mark.until)))
  return true
}
