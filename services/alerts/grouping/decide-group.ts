// When a group of alerts is told: it waits for company at first, then keeps an interval between news, and repeats ever more rarely
// what nobody has acknowledged. The timing of Prometheus Alertmanager (group_wait, group_interval, repeat_interval), with a decaying repeat.
import type { Severity } from '../../contracts/alert-kinds.ts'
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { NoticeIssued } from '../../contracts/events/notice-issued-v1.ts'
import { rank } from '../life-cycle/alert-record.ts'

export interface GroupRecord {
  readonly groupKey: string
  /** when it was last told; null: never yet */
  readonly toldAt: number | null
  /** repetitions since the last news */
  readonly repeats: number
  /** something opened, got worse, was escalated or unmuted since */
  readonly news: boolean
  /** something told has ended since */
  readonly ended: boolean
  /** next time to look at it */
  readonly dueAt: number
}

/** What the group consists of when it is looked at. Muted alerts are not in it. */
export interface GroupMembers {
  /** open or acknowledged */
  readonly open: number
  readonly unacknowledged: number
  /** told before, closed since */
  readonly ended: number
}

export interface GroupDecision {
  /** null: nothing left to tell, forget it */
  readonly group: GroupRecord | null
  readonly reason: Exclude<NoticeIssued['reason'], 'storm'> | null
}

/** News of an alert in the group: it will be told after the wait, after the interval, or at once if it is that severe. */
export function groupHasNews(
  group: GroupRecord | null,
  groupKey: string,
  severity: Severity,
  config: AlertsConfig,
  now: number,
): GroupRecord {
  const { waitSeconds, intervalSeconds, immediateFrom } = config.groups
  const atOnce = rank(severity) >= rank(immediateFrom)
  const pending = group && (group.news || group.ended) ? group.dueAt : Number.POSITIVE_INFINITY
  const ordinary =
    group && group.toldAt !== null ? Math.max(now, group.toldAt + intervalSeconds * 1000) : now + waitSeconds * 1000
  return {
    groupKey,
    toldAt: group?.toldAt ?? null,
    repeats: 0,
    news: true,
    ended: group?.ended ?? false,
    dueAt: atOnce ? now : Math.min(pending, ordinary),
  }
}

/** An alert of the group that people were told of has closed. */
export function groupHasEnd(group: GroupRecord, config: AlertsConfig, now: number): GroupRecord {
  if (group.news || group.ended) return { ...group, ended: true }
  const due = Math.max(now, (group.toldAt ?? now) + config.groups.intervalSeconds * 1000)
  return { ...group, ended: true, dueAt: Math.min(group.dueAt, due) }
}

/** The group is due: what is told, and when it is looked at again. */
export function decideGroup(
  group: GroupRecord,
  members: GroupMembers,
  config: AlertsConfig,
  now: number,
): GroupDecision {
  const { repeatSeconds, intervalSeconds } = config.groups
  const repeatAfter = (repeats: number) =>
    now + (repeatSeconds[Math.min(repeats, repeatSeconds.length - 1)] ?? 0) * 1000
  const quiet = { ...group, news: false, ended: false }

  if (members.open === 0) {
    // Kept for one interval more, so that an alert which flaps is not told each time as if it were new.
    const rest = { ...quiet, dueAt: now + intervalSeconds * 1000 }
    if (members.ended > 0) return { group: { ...rest, toldAt: now }, reason: 'ended' }
    return { group: group.news || group.ended ? rest : null, reason: null }
  }
  if (group.news || members.ended > 0) {
    const repeats = group.news ? 0 : group.repeats
    const reason = group.toldAt === null ? 'new' : 'changed'
    return { group: { ...quiet, toldAt: now, repeats, dueAt: repeatAfter(repeats) }, reason }
  }
  if (members.unacknowledged === 0) return { group: { ...quiet, dueAt: repeatAfter(group.repeats) }, reason: null }
  const repeats = group.repeats + 1
  return { group: { ...quiet, toldAt: now, repeats, dueAt: repeatAfter(repeats) }, reason: 'repeated' }
}
