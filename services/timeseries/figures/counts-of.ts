// What an event adds to the figures by the minute.
import type { AlertChanged } from '../../contracts/events/alert-changed-v1.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { FrameAnalysed } from '../../contracts/events/frame-analysed-v1.ts'
import type { TicketChanged } from '../../contracts/events/ticket-changed-v1.ts'
import type { TopicEvent } from '../../contracts/topics.ts'
import { type Count, minuteOf, secondsBetween } from './count.ts'

/** At most one contribution to a row. */
export function countsOf(event: TopicEvent): Count[] {
  switch (event.type) {
    case 'cn.qianliyan.frame.analysed.v1':
      return ofFrame(event.data)
    case 'cn.qianliyan.finding.changed.v1':
      return ofFinding(event.data)
    case 'cn.qianliyan.alert.changed.v1':
      return ofAlert(event.data)
    case 'cn.qianliyan.ticket.changed.v1':
      return ofTicket(event.data)
    default:
      return []
  }
}

function ofFrame({ cameraId, capturedAt, objects }: FrameAnalysed): Count[] {
  const minute = minuteOf(capturedAt)
  const labels = new Map<string, number>()
  for (const { label } of objects) labels.set(label, (labels.get(label) ?? 0) + 1)
  const seen = [...labels].map(([label, count]) => ({
    measurement: 'detection',
    tags: { cameraId, label },
    minute,
    add: { frames: 1, objects: count },
    peak: count,
  }))
  return [{ measurement: 'frame', tags: { cameraId }, minute, add: { frames: 1, objects: objects.length } }, ...seen]
}

function ofFinding(finding: FindingChanged): Count[] {
  if (finding.phase === 'continued') return []
  const { kind, cameraId, deviceId } = finding
  const source = cameraId !== undefined ? { cameraId } : deviceId !== undefined ? { deviceId } : {}
  const add =
    finding.phase === 'started' ? { started: 1 } : { ended: 1, seconds: secondsBetween(finding.since, finding.at) }
  return [{ measurement: 'finding', tags: { kind, ...source }, minute: minuteOf(finding.at), add }]
}

function ofAlert({ alert, step }: AlertChanged): Count[] {
  const open_seconds = secondsBetween(alert.openedAt, step.at)
  const adds: Partial<Record<typeof step.action, Count['add']>> = {
    opened: { opened: 1 },
    acknowledged: { acknowledged: 1, wait_seconds: open_seconds },
    escalated: { escalated: 1 },
    dismissed: { dismissed: 1, open_seconds },
    cleared: { cleared: 1, open_seconds },
  }
  const add = adds[step.action]
  const tags = { kind: alert.kind, severity: alert.severity }
  return add ? [{ measurement: 'alert', tags, minute: minuteOf(step.at), add }] : []
}

function ofTicket({ ticket, step }: TicketChanged): Count[] {
  const add: Record<string, number> = {}
  if (step.action === 'created') add.opened = 1
  if (step.action === 'return') add.returned = 1
  if (step.action === 'overdue') add.overdue = 1
  if (step.to === 'void' && step.from !== 'void') add.voided = 1
  if (step.to === 'closed' && step.from !== 'closed') {
    add.closed = 1
    add.handling_seconds = secondsBetween(ticket.createdAt, ticket.closedAt ?? step.at)
    if (ticket.closedUnfixed) add.closed_unfixed = 1
  }
  const tags = { category: ticket.category.code, department: ticket.department ?? '', severity: ticket.severity }
  return Object.keys(add).length > 0 ? [{ measurement: 'ticket', tags, minute: minuteOf(step.at), add }] : []
}
