// Test fixture: tells the life cycle a story in seconds, firing its timers on the way, and notes what was published.
import { Value } from 'typebox/value'
import { type AlertKind, severities } from '../../contracts/alert-kinds.ts'
import { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { Alert } from '../../contracts/events/alert-changed-v1.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import { groupKeyOf } from '../grouping/group-key.ts'
import { type AlertRecord, alertKey, type Change, isOpen, iso, type TimerName } from './alert-record.ts'
import { decide } from './decide.ts'
import type { Decision, Input } from './decision.ts'

export const storyStart = Date.parse('2020-06-28T06:00:00.000Z')

/** Defaults, with some settings replaced. */
export const alertsConfig = (settings: object = {}): AlertsConfig =>
  Value.Default(AlertsConfig, settings) as AlertsConfig

export function findingOf(kind: AlertKind = 'illegal_parking', more: Partial<FindingChanged> = {}): FindingChanged {
  return {
    findingId: 'f1',
    phase: 'started',
    kind,
    cameraId: 'hq-lane-07',
    zoneId: 'kerb',
    subject: 'car-1',
    since: iso(storyStart),
    at: iso(storyStart),
    summary: { zh: '机动车违停', en: 'A car is parked' },
    evidence: [],
    ...more,
  }
}

export interface Story {
  /** the newest alert of the key */
  record: AlertRecord | null
  readonly changes: Change[]
  readonly ids: string[]
  /** Goes to this second, firing timers on the way. */
  at(second: number): Story
  /** A word of a finding now; `sinceSecond`: when the condition began (default: now). */
  finding(phase: FindingChanged['phase'], more?: Partial<FindingChanged> & { sinceSecond?: number }): Story
  input(input: Exclude<Input, { type: 'finding' }>): Story
  /**
   * Scenes parted by ` | `, each `second verb words`: start, go, end [finding] [severity] [since=second]; ack, dismiss, escalate [severity];
   * mute, unmute; ticket id; or the second alone.
   */
  tell(script: string): Story
  /** Steps as `second action from→to`; where the action says it all, without from and to. */
  steps(): string[]
  readonly last: Decision
  readonly alert: Alert
}

const phases = { start: 'started', go: 'continued', end: 'ended' } as const

export function tellStory(kind: AlertKind = 'illegal_parking', settings: object = {}): Story {
  const config = alertsConfig(settings)
  let now = storyStart
  let last: Decision = { record: null, changes: [], outcome: 'nothing' }
  const take = (decision: Decision) => {
    last = decision
    story.changes.push(...decision.changes)
    if (decision.record && decision.record.alert.id !== story.record?.alert.id) story.ids.push(decision.record.alert.id)
    story.record = decision.record
  }
  const story: Story = {
    record: null,
    changes: [],
    ids: [],
    at(second) {
      const end = storyStart + second * 1000
      for (;;) {
        const due = Object.entries(story.record?.timers ?? {}).sort((a, b) => a[1] - b[1])[0]
        if (!due || due[1] > end) break
        now = Math.max(now, due[1])
        take(decide(story.record, { type: 'timer', name: due[0] as TimerName }, config, now))
      }
      now = end
      return story
    },
    finding(phase, { sinceSecond, ...more } = {}) {
      const finding = findingOf(kind, {
        phase,
        at: iso(now),
        since: iso(sinceSecond === undefined ? now : storyStart + sinceSecond * 1000),
        ...more,
      })
      const known = { key: alertKey(finding), groupKey: groupKeyOf(finding, config) }
      const newId = `alert-${story.ids.length + 1}`
      take(
        decide(
          story.record,
          { type: 'finding', finding, at: now, newId, location: null, muted: null, ...known },
          config,
          now,
        ),
      )
      return story
    },
    input(input) {
      take(decide(story.record, input, config, now))
      return story
    },
    tell(script) {
      for (const scene of script.split(' | ')) {
        const [second = '0', verb, ...words] = scene.split(' ')
        story.at(Number(second))
        const grade = severities.find((each) => words.includes(each))
        const since = words.find((word) => word.startsWith('since='))
        const name = words.find((word) => word !== grade && word !== since)
        const person = { by: 'operator-li', at: now, ...(grade ? { to: grade } : {}) }
        if (verb === 'start' || verb === 'go' || verb === 'end')
          story.finding(phases[verb], {
            ...(name ? { findingId: name } : {}),
            ...(grade ? { severity: grade } : {}),
            ...(since ? { sinceSecond: Number(since.slice(6)) } : {}),
          })
        else if (verb === 'ack') story.input({ type: 'acknowledge', ...person })
        else if (verb === 'dismiss') story.input({ type: 'dismiss', ...person, comment: 'false' })
        else if (verb === 'escalate') story.input({ type: 'escalate', ...person })
        else if (verb === 'mute') story.input({ type: 'mute', muted: { by: 'silence', ref: 's1' }, by: 'x' })
        else if (verb === 'unmute') story.input({ type: 'mute', muted: null, by: 'x' })
        else if (verb === 'ticket') story.input({ type: 'ticket', ticketId: name ?? '', by: 'x', at: now })
        else if (verb !== undefined) throw new RangeError(`the story knows no "${verb}"`)
      }
      return story
    },
    steps: () =>
      story.changes.map(({ step }) => {
        const second = (Date.parse(step.at) - storyStart) / 1000
        const told = step.action === 'cleared' || step.action === 'dismissed' || step.action === 'acknowledged'
        return `${second} ${step.action}${step.from && step.to && !told ? ` ${step.from}→${step.to}` : ''}`
      }),
    get last() {
      return last
    },
    get alert() {
      if (!story.record) throw new RangeError('no alert yet')
      return story.record.alert
    },
  }
  return story
}

/** What must be true of any alert, whatever happened to it. */
export function faultsOf({ alert, findings, quietSince, timers, closedAt }: AlertRecord): string[] {
  const open = isOpen(alert.state)
  const holds = Object.keys(findings).length > 0
  const rules: Record<string, boolean> = {
    'clearedAt goes with cleared': (alert.clearedAt !== null) === (alert.state === 'cleared'),
    'a reason goes with dismissed': (alert.dismissReason !== null) === (alert.state === 'dismissed'),
    'acknowledged says by whom': alert.state !== 'acknowledged' || alert.acknowledgedBy !== null,
    'who and when of an acknowledgement go together':
      (alert.acknowledgedBy === null) === (alert.acknowledgedAt === null),
    'closed alerts have no timers': open || Object.keys(timers).length === 0,
    'closed goes with its time': open === (closedAt === null),
    'an open alert holds or is quiet': !open || holds === (quietSince === null),
    'quiet means that it will clear': !open || (quietSince !== null) === (timers.clear !== undefined),
    'what holds will not be forgotten': !open || quietSince !== null || timers.silent !== undefined,
    'count is at least one': alert.count >= 1,
  }
  return Object.keys(rules).filter((rule) => !rules[rule])
}
