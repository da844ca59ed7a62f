// Carries a decision out: stores the alert with its timers, publishes its steps, and lets its group and what it inhibits know.
import type { Severity } from '../../contracts/alert-kinds.ts'
import { createEvent } from '../../contracts/cloud-event.ts'
import { alertChangedV1 } from '../../contracts/events/alert-changed-v1.ts'
import { groupHasEnd, groupHasNews } from '../grouping/decide-group.ts'
import { type AlertRecord, type Change, rank, worse } from '../life-cycle/alert-record.ts'
import { decide } from '../life-cycle/decide.ts'
import type { Decision, Input } from '../life-cycle/decision.ts'
import { alertsOfGroup, saveAlert } from '../store/alert-store.ts'
import { findGroup, saveGroup } from '../store/records-store.ts'
import { sweepInhibited } from './mutes.ts'
import { tellGroup } from './tell-group.ts'
import { eventSource, type Work } from './work.ts'

/** Decides on one alert and carries it out. */
export async function decideAndKeep(work: Work, before: AlertRecord | null, input: Input): Promise<Decision> {
  const decision = decide(before, input, work.config, work.now)
  await keepDecision(work, before, decision)
  return decision
}

export async function keepDecision(work: Work, before: AlertRecord | null, decision: Decision): Promise<void> {
  const { record, changes } = decision
  if (!record || record === before) return
  for (const due of await saveAlert(work.db, before, record, work.now)) work.onTimer(due)
  for (const change of changes) publish(work, change)
  await tellGroupOf(work, record, changes)
  if (changes.some(({ step }) => begins.has(step.action) || ends.has(step.action))) await sweepInhibited(work, record)
}

const begins: ReadonlySet<string> = new Set(['opened'])
const ends: ReadonlySet<string> = new Set(['cleared', 'dismissed'])

/** The id of the event comes from what is stored, so a second publication after a crash is the same event. */
function publish(work: Work, { alert, step, sequence }: Change): void {
  const event = createEvent(
    alertChangedV1,
    {
      source: eventSource,
      id: `${alert.id}/${sequence}`,
      subject: alert.id,
      time: work.now,
      ...(work.traceparent === undefined ? {} : { traceparent: work.traceparent }),
    },
    { alert, step },
  )
  work.outgoing.push({ topic: 'qly.alert.v1', event })
  work.metrics.steps.inc({ kind: alert.kind, action: step.action })
}

async function tellGroupOf(work: Work, record: AlertRecord, changes: readonly Change[]): Promise<void> {
  const { groupKey } = record.alert
  const news = changes
    .filter(isNews)
    .map(({ alert }) => alert.severity)
    .reduce<Severity | null>((sum, severity) => (sum === null ? severity : worse(sum, severity)), null)
  const ended = record.told && changes.some(({ step }) => ends.has(step.action))
  if (news === null && !ended) {
    if (changes.some(({ step }) => step.action === 'acknowledged')) await holdNotice(work, groupKey)
    return
  }
  const known = await findGroup(work.db, groupKey)
  const group =
    news !== null
      ? groupHasNews(known, groupKey, news, work.config, work.now)
      : known && groupHasEnd(known, work.config, work.now)
  if (!group) return
  await saveGroup(work.db, groupKey, group)
  if (group.dueAt <= work.now) await tellGroup(work, groupKey)
  else work.onTimer(group.dueAt)
}

/** Somebody has taken care of all there is in the group: what was still to be told need not be. */
async function holdNotice(work: Work, groupKey: string): Promise<void> {
  const group = await findGroup(work.db, groupKey)
  if (!group?.news) return
  const waiting = (await alertsOfGroup(work.db, groupKey)).some(
    ({ alert }) => alert.state === 'open' && alert.muted === null,
  )
  if (!waiting) await saveGroup(work.db, groupKey, { ...group, news: false })
}

/** What people should hear of, and nobody has muted. */
function isNews({ alert, step }: Change): boolean {
  if (alert.muted) return false
  if (step.action === 'severity_changed') return rank(step.to as Severity) > rank(step.from as Severity)
  return step.action === 'opened' || step.action === 'escalated' || step.action === 'unmuted'
}
