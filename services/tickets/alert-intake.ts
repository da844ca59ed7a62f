// Alerts into tickets: a new case, or folded into an open one; and what later happens to the alert, told on its ticket.
import { severities } from '../contracts/alert-kinds.ts'
import type { Config } from '../contracts/config/config.ts'
import type { Alert, AlertChanged, AlertStep } from '../contracts/events/alert-changed-v1.ts'
import type { Ticket, TicketStep } from '../contracts/events/ticket-changed-v1.ts'
import type { Category } from '../contracts/organisation.ts'
import { categoryOf } from './categories.ts'
import { sameCase } from './duplicates.ts'
import { takeStep } from './life-cycle.ts'
import { newTicket, reportOf, withEvidence } from './new-ticket.ts'
import type { TicketRules } from './ticket-rules.ts'
import {
  alertStates,
  holdAlert,
  loadTicket,
  nextCaseNumber,
  openCases,
  saveTicket,
  sourceOf,
  type TicketTransaction,
  ticketOfAlert,
} from './ticket-store.ts'
import { isOpen } from './transitions.ts'

export type Changed = { readonly ticket: Ticket; readonly step: TicketStep }

export interface IntakeContext {
  readonly rules: TicketRules
  readonly config: Config['tickets']
  readonly newId: (at: number) => string
}

const system = 'system:tickets'

/** One change of an alert → the changes of tickets that it causes, saved. */
export async function takeAlert(
  transaction: TicketTransaction,
  { alert, step }: AlertChanged,
  context: IntakeContext,
): Promise<readonly Changed[]> {
  const held = await ticketOfAlert(transaction, alert.id)
  if (held) return followAlert(transaction, held, alert, step, context)
  if (!deservesTicket(alert, context.config)) return []
  const category = categoryOf(alert, context.rules.categories)
  if (!category) return []
  const at = Date.parse(step.at)
  const since = at - category.duplicates.withinHours * 3_600_000
  const candidate = { location: alert.location, source: sourceOf(alert), at }
  const open = sameCase(candidate, await openCases(transaction, category.code, since), category.duplicates)
  const existing = open && (await loadTicket(transaction, open.ticketId))
  const changes = existing ? [fold(existing, alert, step)] : await openCase(transaction, alert, category, at, context)
  const last = changes.at(-1)
  if (last) {
    await saveTicket(transaction, last.ticket)
    await holdAlert(transaction, alert, last.ticket.id)
  }
  return changes
}

/** Open, told to people, and severe enough. */
export function deservesTicket(alert: Alert, { fromSeverity }: Config['tickets']): boolean {
  const told = (alert.state === 'open' || alert.state === 'acknowledged') && alert.muted === null
  return told && severities.indexOf(alert.severity) >= severities.indexOf(fromSeverity)
}

/** 受理, and where the configuration says so 立案 and 派遣 at once. */
async function openCase(
  transaction: TicketTransaction,
  alert: Alert,
  category: Category,
  at: number,
  { rules, config, newId }: IntakeContext,
): Promise<Changed[]> {
  const number = await nextCaseNumber(transaction, rules.adcode, rules.day(at))
  const identity = { id: newId(at), number, by: system, at }
  const changes: Changed[] = [newTicket(reportOf(alert), identity, category, rules.grid(alert.location))]
  for (const action of config.dispatchAlerts ? (['file', 'dispatch'] as const) : []) {
    const ticket = changes.at(-1)?.ticket
    if (!ticket) break
    const result = takeStep(ticket, { action, by: system, roles: ['system'], at, arguments: {} }, rules)
    if (!result.ok) break // a category without a department waits for a person
    changes.push(result)
  }
  return changes
}

function fold(ticket: Ticket, alert: Alert, { at }: AlertStep): Changed {
  const worse = severities.indexOf(alert.severity) > severities.indexOf(ticket.severity)
  return {
    ticket: {
      ...ticket,
      severity: worse ? alert.severity : ticket.severity,
      alertIds: [...ticket.alertIds, alert.id],
      evidence: withEvidence(ticket.evidence, alert.evidence),
      updatedAt: at,
    },
    step: { action: 'alert_folded', by: system, at, from: ticket.stage, to: ticket.stage, comment: alert.summary.zh },
  }
}

/** The alert of a ticket changed: new pictures join it; its end is told; a false one voids a ticket that nobody has begun. */
async function followAlert(
  transaction: TicketTransaction,
  ticket: Ticket,
  alert: Alert,
  step: AlertStep,
  { rules }: IntakeContext,
): Promise<readonly Changed[]> {
  await holdAlert(transaction, alert, ticket.id)
  if (!isOpen(ticket.stage)) return []
  const evidence = withEvidence(ticket.evidence, alert.evidence)
  const news = { ...ticket, evidence, updatedAt: step.at }
  const remark = (comment: string): Changed => ({
    ticket: news,
    step: { action: 'comment', by: system, at: step.at, from: ticket.stage, to: ticket.stage, comment },
  })
  let change: Changed | undefined
  if (step.action === 'dismissed') {
    const allFalse = (await alertStates(transaction, ticket.id)).every((state) => state === 'dismissed')
    const comment = `误报 alert dismissed as false: ${alert.dismissReason ?? ''}`
    const request = { by: step.by, roles: ['system'], at: Date.parse(step.at), arguments: { comment } }
    const voided = allFalse ? takeStep(news, { action: 'void', ...request }, rules) : undefined
    change = voided?.ok ? voided : remark(comment)
  } else if (step.action === 'cleared') {
    change = remark('现象消失 the alert has cleared')
  } else if (evidence.length > ticket.evidence.length) {
    change = remark('新增取证图片 more pictures')
  }
  if (!change) return []
  await saveTicket(transaction, change.ticket)
  return [change]
}
