// What people do to an alert: acknowledge, dismiss as false, escalate. Illegal steps are refused and change nothing.
import { severities } from '../../contracts/alert-kinds.ts'
import type { AlertStep } from '../../contracts/events/alert-changed-v1.ts'
import { type AlertRecord, isOpen, iso, rank, toldOfEnd, withStep } from './alert-record.ts'
import type { CommandInput, Decision } from './decision.ts'

export function decideCommand(record: AlertRecord, input: CommandInput, now: number): Decision {
  const { alert } = record
  if (!isOpen(alert.state)) return refuse(record, `the alert is ${alert.state} already`)
  const at = iso(Math.min(input.at, now))
  const comment = input.comment === undefined ? {} : { comment: input.comment }
  switch (input.type) {
    case 'acknowledge': {
      if (alert.state === 'acknowledged') return refuse(record, `${alert.acknowledgedBy} has acknowledged it already`)
      const patch = { state: 'acknowledged' as const, acknowledgedBy: input.by, acknowledgedAt: at }
      const step = {
        action: 'acknowledged' as const,
        by: input.by,
        at,
        from: alert.state,
        to: 'acknowledged',
        ...comment,
      }
      return changed(record, patch, step, now)
    }
    case 'dismiss': {
      if (!input.comment?.trim()) return refuse(record, 'say why: dismissing needs a reason', 'QLY_INPUT_INVALID')
      const patch = { state: 'dismissed' as const, dismissReason: input.comment }
      const step = { action: 'dismissed' as const, by: input.by, at, from: alert.state, to: 'dismissed', ...comment }
      const closed = { ...record, closedAt: now, quietSince: null, timers: {}, told: toldOfEnd(record) }
      return changed(closed, patch, step, now)
    }
    case 'escalate': {
      const to = input.to ?? severities[rank(alert.severity) + 1]
      if (!to) return refuse(record, `it is ${alert.severity} already, there is nothing above`)
      if (rank(to) <= rank(alert.severity))
        return refuse(record, `it is ${alert.severity} already, escalate above that`)
      const { fall: _, ...timers } = record.timers
      const step = { action: 'escalated' as const, by: input.by, at, from: alert.severity, to, ...comment }
      return changed({ ...record, floor: to, timers }, { severity: to }, step, now)
    }
  }
}

function changed(record: AlertRecord, patch: Partial<AlertRecord['alert']>, step: AlertStep, now: number): Decision {
  const { record: next, change } = withStep(record, patch, step, now)
  return { record: next, changes: [change], outcome: 'changed' }
}

const refuse = (
  record: AlertRecord,
  message: string,
  code: 'QLY_TRANSITION_REFUSED' | 'QLY_INPUT_INVALID' = 'QLY_TRANSITION_REFUSED',
): Decision => ({ record, changes: [], outcome: 'refused', refusal: { code, message } })
