// Whatever happens in whatever order: never two open alerts of a key, never an illegal state, never a step without who and when.
import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { severities } from '../../contracts/alert-kinds.ts'
import { AlertChanged } from '../../contracts/events/alert-changed-v1.ts'
import { isOpen, timerNames } from './alert-record.ts'
import { faultsOf, type Story, storyStart, tellStory } from './story.ts'

const schema = Compile(AlertChanged)
const severity = fc.option(fc.constantFrom(...severities), { nil: undefined })
const findingId = fc.constantFrom('f1', 'f2', 'f3')
const mute = fc.constantFrom(
  null,
  { by: 'silence', ref: 's1' } as const,
  { by: 'inhibition', ref: 'hq-lane-07' } as const,
)

type Event = (story: Story, second: number) => void
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.tuple(fc.constantFrom('started', 'continued', 'ended' as const), findingId, severity, fc.nat(5000)).map(
    ([phase, id, grade, duration]): Event =>
      (story, second) =>
        story.finding(phase as 'started', {
          findingId: id,
          sinceSecond: second - duration,
          ...(grade ? { severity: grade } : {}),
        }),
  ),
  fc
    .tuple(
      fc.constantFrom('acknowledge', 'dismiss', 'escalate' as const),
      fc.option(fc.constant('why'), { nil: undefined }),
      severity,
    )
    .map(
      ([type, comment, to]): Event =>
        (story) =>
          story.input({
            type: type as 'dismiss',
            by: 'li',
            at: storyStart,
            ...(comment ? { comment } : {}),
            ...(to ? { to } : {}),
          }),
    ),
  fc.constantFrom(...timerNames).map(
    (name): Event =>
      (story) =>
        story.input({ type: 'timer', name }),
  ),
  mute.map(
    (muted): Event =>
      (story) =>
        story.input({ type: 'mute', muted, by: 'li' }),
  ),
  fc.constantFrom('t1', 't2').map(
    (ticketId): Event =>
      (story) =>
        story.input({ type: 'ticket', ticketId, by: 'x', at: storyStart }),
  ),
  fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }).map(
    (repeat): Event =>
      (story) =>
        story.input({ type: 'told', repeat }),
  ),
)

const legal = new Set([
  'open>open',
  'open>acknowledged',
  'open>cleared',
  'open>dismissed',
  'acknowledged>acknowledged',
  'acknowledged>cleared',
  'acknowledged>dismissed',
  'cleared>cleared',
  'cleared>open',
  'dismissed>dismissed',
])

describe('any sequence of inputs', () => {
  it('keeps the life cycle sound', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(900), event), { maxLength: 60 }), (events) => {
        const story = tellStory('gas')
        let second = 0
        for (const [pause, happen] of events) {
          second += pause
          const before = story.at(second).record
          happen(story, second)
          if (!story.record) continue
          expect(faultsOf(story.record)).toEqual([])
          const sameAlert = before?.alert.id === story.record.alert.id
          if (!sameAlert && before) expect(isOpen(before.alert.state) && isOpen(story.record.alert.state)).toBe(false)
          if (sameAlert && before) expect(story.record.alert.count).toBeGreaterThanOrEqual(before.alert.count)
        }
        const states = new Map<string, string>()
        const numbers = new Set<string>()
        for (const { alert, step, sequence } of story.changes) {
          expect([...schema.Errors({ alert, step })]).toEqual([])
          const from = states.get(alert.id) ?? 'open'
          expect(legal).toContain(`${from}>${alert.state}`)
          states.set(alert.id, alert.state)
          expect(numbers.has(`${alert.id}/${sequence}`)).toBe(false)
          numbers.add(`${alert.id}/${sequence}`)
        }
        // Told to the end: what nobody mentions any more clears by itself.
        story.at(second + 400_000)
        expect(story.record === null || !isOpen(story.record.alert.state)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })
})
