// The life cycle of an alert: one pure function over all that can happen to it. README.md has the diagram and the rules in words.
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import { type AlertRecord, isOpen, iso, system, withStep } from './alert-record.ts'
import { decideCommand } from './decide-command.ts'
import { decideFinding } from './decide-finding.ts'
import { decideTimer } from './decide-timer.ts'
import { type Decision, type Input, nothing } from './decision.ts'
import { addEvidence } from './evidence.ts'

/**
 * Decides what `input` does to the newest alert of its key (null: there is none). `now` is the time of deciding, in milliseconds.
 * Illegal operations are refused with a code and change nothing; whatever else cannot apply does nothing.
 */
export function decide(record: AlertRecord | null, input: Input, config: AlertsConfig, now: number): Decision {
  if (input.type === 'finding') return decideFinding(record, input, config, now)
  if (!record) return nothing(null)
  switch (input.type) {
    case 'acknowledge':
    case 'dismiss':
    case 'escalate':
      return decideCommand(record, input, now)
    case 'timer':
      return decideTimer(record, input.name, config, now)
    case 'mute':
      return mute(record, input, now)
    case 'ticket':
      return ticket(record, input, now)
    case 'evidence':
      return addEvidence(record, input.evidence, input.by, config, now)
    case 'told':
      return told(record, input.repeat, now)
  }
}

function mute(record: AlertRecord, input: Extract<Input, { type: 'mute' }>, now: number): Decision {
  const { muted, state } = record.alert
  const same = muted?.by === input.muted?.by && muted?.ref === input.muted?.ref
  if (!isOpen(state) || same) return nothing(record)
  const says = (mute: typeof muted) => (mute ? `${mute.by} ${mute.ref}` : '')
  const { record: next, change } = withStep(
    record,
    { muted: input.muted },
    {
      action: input.muted ? 'muted' : 'unmuted',
      by: input.by,
      at: iso(now),
      ...(muted ? { from: says(muted) } : {}),
      ...(input.muted ? { to: says(input.muted) } : {}),
      ...(input.comment === undefined ? {} : { comment: input.comment }),
    },
    now,
  )
  return { record: next, changes: [change], outcome: 'changed' }
}

function ticket(record: AlertRecord, input: Extract<Input, { type: 'ticket' }>, now: number): Decision {
  const { ticketId } = record.alert
  if (ticketId === input.ticketId) return nothing(record)
  const at = Math.min(input.at, now)
  const { record: next, change } = withStep(
    record,
    { ticketId: input.ticketId },
    {
      action: 'ticketed',
      by: input.by,
      at: iso(at),
      ...(ticketId === null ? {} : { from: ticketId }),
      to: input.ticketId,
    },
    now,
  )
  return { record: next, changes: [change], outcome: 'changed' }
}

function told(record: AlertRecord, repeat: number | null, now: number): Decision {
  const open = isOpen(record.alert.state)
  const known = record.told === open ? record : { ...record, told: open }
  if (repeat === null || record.alert.state !== 'open')
    return known === record ? nothing(record) : { record: known, changes: [], outcome: 'changed' }
  const comment = `nobody has acknowledged it; told again (${repeat})`
  const { record: next, change } = withStep(known, {}, { action: 'reminded', by: system, at: iso(now), comment }, now)
  return { record: next, changes: [change], outcome: 'changed' }
}
