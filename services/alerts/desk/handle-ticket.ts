// A ticket was made of alerts, or took one in: the alert says which.
import type { TicketChanged } from '../../contracts/events/ticket-changed-v1.ts'
import { findAlert } from '../store/alert-store.ts'
import { decideAndKeep } from './keep-decision.ts'
import type { Work } from './work.ts'

export async function handleTicket(work: Work, { ticket, step }: TicketChanged): Promise<'changed' | 'nothing'> {
  let outcome: 'changed' | 'nothing' = 'nothing'
  for (const id of ticket.alertIds) {
    const record = await findAlert(work.db, id)
    if (!record) continue
    const at = Date.parse(step.at)
    const decision = await decideAndKeep(work, record, { type: 'ticket', ticketId: ticket.id, by: step.by, at })
    if (decision.outcome === 'changed') outcome = 'changed'
  }
  return outcome
}

/** The only steps of a ticket that concern its alerts. */
export const concernsAlerts = ({ ticket, step }: TicketChanged): boolean =>
  (step.action === 'created' || step.action === 'alert_folded') && ticket.alertIds.length > 0
