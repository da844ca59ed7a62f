// A new ticket, of an alert or of a person's report. Pure.
import type { Severity } from '../contracts/alert-kinds.ts'
import type { Alert } from '../contracts/events/alert-changed-v1.ts'
import type { Ticket, TicketStep } from '../contracts/events/ticket-changed-v1.ts'
import type { Evidence } from '../contracts/evidence.ts'
import type { LonLat } from '../contracts/geometry.ts'
import type { Category, Names } from '../contracts/organisation.ts'
import type { GridPlace } from './grid-lookup.ts'

/** What is known of a case when it is taken 受理. */
export interface Report {
  readonly source: Ticket['source']
  readonly severity: Severity
  readonly title: Names
  readonly description: string | null
  readonly location: LonLat | null
  readonly evidence: readonly Evidence[]
  readonly alertIds: readonly string[]
}

/** The ticket at its first stage, and the step that made it. `at` in ms since the epoch. */
export function newTicket(
  report: Report,
  identity: { id: string; number: string; by: string; at: number },
  category: Category,
  grid: GridPlace | null,
): { ticket: Ticket; step: TicketStep } {
  const at = new Date(identity.at).toISOString()
  const ticket: Ticket = {
    id: identity.id,
    number: identity.number,
    stage: 'accepted',
    suspended: false,
    suspendedAt: null,
    supervised: false,
    overdue: false,
    category: { code: category.code, zh: category.zh, en: category.en },
    severity: report.severity,
    source: report.source,
    alertIds: [...report.alertIds],
    title: report.title,
    description: report.description,
    location: report.location,
    grid,
    department: category.department,
    assignee: null,
    deadlines: [],
    evidence: [...report.evidence],
    proof: [],
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    closedUnfixed: false,
    returns: 0,
  }
  return { ticket, step: { action: 'created', by: identity.by, at, from: null, to: 'accepted' } }
}

/** An alert as a report. */
export const reportOf = (alert: Alert): Report => ({
  source: 'alert',
  severity: alert.severity,
  title: alert.summary,
  description: null,
  location: alert.location,
  evidence: alert.evidence,
  alertIds: [alert.id],
})

/** Pictures by content: the same one is kept once, in the order of arrival, at most `most`. */
export function withEvidence(kept: readonly Evidence[], more: readonly Evidence[], most = 64): Evidence[] {
  const known = new Set(kept.map(({ sha256 }) => sha256))
  return [...kept, ...more.filter(({ sha256 }) => !known.has(sha256))].slice(0, most)
}
