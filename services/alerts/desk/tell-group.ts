// Tells a group: issues its notice, reminds of what nobody has acknowledged, and sets the time of the next look.
import { createEvent } from '../../contracts/cloud-event.ts'
import type { Alert } from '../../contracts/events/alert-changed-v1.ts'
import { type NoticeIssued, noticeIssuedV1 } from '../../contracts/events/notice-issued-v1.ts'
import { decideGroup } from '../grouping/decide-group.ts'
import { isOpen, iso, rank, worse } from '../life-cycle/alert-record.ts'
import { alertsOfGroup } from '../store/alert-store.ts'
import { findGroup, saveGroup } from '../store/records-store.ts'
import { setTimer } from '../store/timer-store.ts'
import { decideAndKeep } from './keep-decision.ts'
import { eventSource, type Work } from './work.ts'

const maximumListed = 100

/** Looks at a group whose time has come. */
export async function tellGroup(work: Work, groupKey: string): Promise<void> {
  const group = await findGroup(work.db, groupKey)
  if (!group) return setTimer(work.db, 'group', groupKey, 'tell', null)
  if (group.dueAt > work.now) return saveGroup(work.db, groupKey, group)
  const records = await alertsOfGroup(work.db, groupKey)
  const open = records.filter(({ alert }) => isOpen(alert.state) && alert.muted === null)
  const ended = records.filter(({ alert }) => !isOpen(alert.state))
  const { group: next, reason } = decideGroup(
    group,
    {
      open: open.length,
      unacknowledged: open.filter(({ alert }) => alert.state === 'open').length,
      ended: ended.length,
    },
    work.config,
    work.now,
  )
  await saveGroup(work.db, groupKey, next)
  if (next) work.onTimer(next.dueAt)
  if (!reason) return
  issueNotice(
    work,
    { groupKey, reason, repeat: next?.repeats ?? 0, endedCount: ended.length, droppedCount: 0 },
    open.map(({ alert }) => alert),
  )
  const repeat = reason === 'repeated' ? (next?.repeats ?? 0) : null
  for (const record of open) await decideAndKeep(work, record, { type: 'told', repeat })
  for (const record of ended) await decideAndKeep(work, record, { type: 'told', repeat: null })
}

/** Publishes a notice; the worst alerts come first. */
export function issueNotice(
  work: Work,
  notice: Pick<NoticeIssued, 'groupKey' | 'reason' | 'repeat' | 'endedCount' | 'droppedCount'>,
  open: readonly Alert[],
): void {
  const worstFirst = [...open].sort(
    (a, b) => rank(b.severity) - rank(a.severity) || a.openedAt.localeCompare(b.openedAt),
  )
  const listed = worstFirst.slice(0, maximumListed)
  const event = createEvent(
    noticeIssuedV1,
    { source: eventSource, id: `notice/${notice.groupKey}/${notice.reason}/${work.now}`, time: work.now },
    {
      ...notice,
      at: iso(work.now),
      severity: open.length === 0 ? null : open.map(({ severity }) => severity).reduce(worse),
      openCount: open.length,
      alerts: listed.map(({ id, kind, severity, state, openedAt, summary }) => ({
        id,
        kind,
        severity,
        state,
        openedAt,
        summary,
      })),
    },
  )
  work.outgoing.push({ topic: 'qly.notice.v1', event })
  work.metrics.notices.inc({ reason: notice.reason })
}
