// The life cycle, story by story.
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../contracts/evidence.ts'
import { iso } from './alert-record.ts'
import type { CommandInput } from './decision.ts'
import { faultsOf, type Story, storyStart, tellStory } from './story.ts'

const by = (type: CommandInput['type'], more: Partial<CommandInput> = {}): CommandInput => ({
  type,
  by: 'operator-li',
  at: storyStart,
  ...more,
})
const picture = (letter: string): Evidence => ({
  url: `/api/v1/evidence/${letter}`,
  sha256: letter.repeat(64),
  at: iso(storyStart),
  role: 'clean',
})
const quickRepeats = { repeatedEverySeconds: 0 }

describe('the life of an alert', () => {
  const table: [
    name: string,
    kind: Parameters<typeof tellStory>[0],
    settings: object,
    tell: (story: Story) => Story,
    steps: string[],
  ][] = [
    [
      'opens, clears after the quiet time',
      'illegal_parking',
      {},
      (s) => s.finding('started').at(100).finding('ended').at(500),
      ['0 opened', '160 cleared:open→cleared'],
    ],
    [
      'stays the same when the condition is back within the quiet time',
      'illegal_parking',
      quickRepeats,
      (s) => s.finding('started').at(100).finding('ended').at(130).finding('started', { findingId: 'f2' }).at(300),
      ['0 opened', '130 repeated'],
    ],
    [
      'opens again, the same alert, when it is back soon after clearing',
      'illegal_parking',
      {},
      (s) => s.finding('started').at(10).finding('ended').at(300).finding('started', { findingId: 'f2' }),
      ['0 opened', '70 cleared:open→cleared', '300 opened:cleared→open'],
    ],
    [
      'is another alert when it is back later than that',
      'illegal_parking',
      {},
      (s) => s.finding('started').at(10).finding('ended').at(671).finding('started', { findingId: 'f2' }),
      ['0 opened', '70 cleared:open→cleared', '671 opened'],
    ],
    [
      'opens with a word that goes on, if the first was lost',
      'illegal_parking',
      {},
      (s) => s.finding('continued'),
      ['0 opened'],
    ],
    ['is not made by an end alone', 'illegal_parking', {}, (s) => s.finding('ended'), []],
    [
      'is cleared only when the last of its findings has ended',
      'illegal_parking',
      quickRepeats,
      (s) =>
        s
          .finding('started')
          .at(5)
          .finding('started', { findingId: 'f2' })
          .at(10)
          .finding('ended')
          .at(200)
          .finding('ended', { findingId: 'f2' })
          .at(260),
      ['0 opened', '5 repeated', '260 cleared:open→cleared'],
    ],
    [
      'does not mind an end that it does not know',
      'illegal_parking',
      {},
      (s) => s.finding('started').at(5).finding('ended', { findingId: 'other' }).at(1000),
      ['0 opened'],
    ],
    [
      'rises with duration: parked for half an hour',
      'illegal_parking',
      {},
      (s) => s.at(300).finding('started', { sinceSecond: 0 }).at(1799).at(1800),
      ['300 opened', '1800 severity_changed:medium→high'],
    ],
    [
      'opens at the rung that is reached already',
      'illegal_parking',
      {},
      (s) => s.at(2000).finding('started', { sinceSecond: 0 }),
      ['2000 opened'],
    ],
    [
      'does not climb in the quiet time',
      'illegal_parking',
      {},
      (s) => s.finding('started').at(1790).finding('ended').at(1840),
      ['0 opened'],
    ],
    [
      'rises at once and falls after a while with what is measured',
      'water_quality',
      quickRepeats,
      (s) =>
        s
          .finding('started', { severity: 'medium' })
          .at(10)
          .finding('continued', { severity: 'critical' })
          .at(20)
          .finding('continued', { severity: 'low' })
          .at(79)
          .at(80),
      ['0 opened', '10 severity_changed:medium→critical', '20 repeated', '80 severity_changed:critical→low'],
    ],
    [
      'does not fall for a moment only',
      'water_quality',
      quickRepeats,
      (s) =>
        s
          .finding('started', { severity: 'high' })
          .at(10)
          .finding('continued', { severity: 'low' })
          .at(60)
          .finding('continued', { severity: 'high' })
          .at(500),
      ['0 opened', '10 repeated', '60 repeated'],
    ],
    [
      'falls step by step in the quiet time where configured',
      'gas',
      {
        kinds: {
          gas: {
            clearAfterQuietSeconds: 600,
            ladder: [],
            whenQuiet: [
              { afterSeconds: 60, severity: 'medium' },
              { afterSeconds: 300, severity: 'low' },
            ],
          },
        },
      },
      (s) => s.finding('started').at(10).finding('ended').at(700),
      ['0 opened', '70 severity_changed:high→medium', '310 severity_changed:medium→low', '610 cleared:open→cleared'],
    ],
    [
      'can fall with duration as well',
      'noise',
      {
        kinds: {
          noise: {
            severity: 'info',
            ladder: [
              { afterSeconds: 10, severity: 'high' },
              { afterSeconds: 100, severity: 'low' },
            ],
          },
        },
      },
      (s) => s.finding('started').at(200),
      ['0 opened', '10 severity_changed:info→high', '160 severity_changed:high→low'],
    ],
    [
      'is acknowledged, and stays so over further triggers',
      'illegal_parking',
      quickRepeats,
      (s) =>
        s
          .finding('started')
          .at(5)
          .input(by('acknowledge', { at: storyStart + 5000 }))
          .at(9)
          .finding('continued')
          .at(10)
          .finding('ended')
          .at(100),
      ['0 opened', '5 acknowledged:open→acknowledged', '9 repeated', '70 cleared:acknowledged→cleared'],
    ],
    [
      'is escalated by a person and keeps that floor',
      'water_quality',
      quickRepeats,
      (s) =>
        s
          .finding('started', { severity: 'low' })
          .input(by('escalate', { to: 'high' }))
          .at(10)
          .finding('continued', { severity: 'low' })
          .at(300),
      ['0 opened', '0 escalated:low→high', '10 repeated'],
    ],
    [
      'stays dismissed though its finding goes on, ends, and comes back at once',
      'illegal_parking',
      quickRepeats,
      (s) =>
        s
          .finding('started')
          .at(5)
          .input(by('dismiss', { comment: 'a poster', at: storyStart + 5000 }))
          .at(9)
          .finding('continued')
          .at(20)
          .finding('ended')
          .at(30)
          .finding('started', { findingId: 'f2' })
          .at(2000)
          .finding('continued', { findingId: 'f2' }),
      ['0 opened', '5 dismissed:open→dismissed'],
    ],
    [
      'is raised anew after a dismissal when the condition begins again later',
      'illegal_parking',
      {},
      (s) =>
        s
          .finding('started')
          .at(5)
          .input(by('dismiss', { comment: 'a poster', at: storyStart + 5000 }))
          .at(20)
          .finding('ended')
          .at(1000)
          .finding('started', { findingId: 'f2' }),
      ['0 opened', '5 dismissed:open→dismissed', '1000 opened'],
    ],
    [
      'is raised anew after a dismissal when the same finding gets worse',
      'gas',
      {},
      (s) =>
        s
          .finding('started', { severity: 'low' })
          .input(by('dismiss', { comment: 'sensor test' }))
          .at(9)
          .finding('continued', { severity: 'critical' }),
      ['0 opened', '0 dismissed:open→dismissed', '9 opened'],
    ],
    [
      'is cleared when its finding says nothing for a day',
      'illegal_parking',
      {},
      (s) => s.finding('started').at(50_000).finding('continued').at(136_399).at(136_400),
      ['0 opened', '1800 severity_changed:medium→high', '50000 repeated', '136400 cleared:open→cleared'],
    ],
    [
      'tells many triggers together',
      'illegal_parking',
      {},
      (s) => {
        s.finding('started')
        for (let n = 1; n <= 50; n++) s.at(n / 10).finding('continued')
        return s.at(60)
      },
      ['0 opened', '10 repeated'],
    ],
    [
      'is muted and told again, once each',
      'illegal_parking',
      {},
      (s) =>
        s
          .finding('started')
          .input({ type: 'mute', muted: { by: 'silence', ref: 's1' }, by: 'x' })
          .input({ type: 'mute', muted: { by: 'silence', ref: 's1' }, by: 'x' })
          .input({ type: 'mute', muted: null, by: 'x' })
          .input({ type: 'mute', muted: null, by: 'x' }),
      ['0 opened', '0 muted', '0 unmuted'],
    ],
    [
      'says its ticket once, and another ticket',
      'illegal_parking',
      {},
      (s) =>
        s
          .finding('started')
          .input({ type: 'ticket', ticketId: 't1', by: 'system:tickets', at: storyStart })
          .input({ type: 'ticket', ticketId: 't1', by: 'system:tickets', at: storyStart })
          .input({ type: 'ticket', ticketId: 't2', by: 'system:tickets', at: storyStart }),
      ['0 opened', '0 ticketed', '0 ticketed:t1→t2'],
    ],
    [
      'gets new pictures',
      'illegal_parking',
      quickRepeats,
      (s) =>
        s
          .finding('started', { evidence: [picture('a')] })
          .at(5)
          .finding('continued', { evidence: [picture('a')] })
          .at(9)
          .finding('ended', { evidence: [picture('b')] }),
      ['0 opened', '5 repeated', '9 evidence_added'],
    ],
  ]
  it.each(table)('%s', (_, kind, settings, tell, steps) => {
    const story = tell(tellStory(kind, settings))
    expect(story.steps()).toEqual(steps)
    expect(story.record && faultsOf(story.record)).toEqual(story.record ? [] : null)
    expect(story.changes.every(({ step }) => step.by.length > 0)).toBe(true)
  })

  it('keeps id, ticket and pictures when it opens again, and asks for a new acknowledgement', () => {
    const story = tellStory().finding('started', { evidence: [picture('a')] })
    story.input({ type: 'ticket', ticketId: 't1', by: 'system:tickets', at: storyStart })
    story.input(by('acknowledge')).at(10).finding('ended').at(100).finding('started', { findingId: 'f2' })
    expect(story.ids).toEqual(['alert-1'])
    expect(story.alert).toMatchObject({
      state: 'open',
      ticketId: 't1',
      count: 2,
      clearedAt: null,
      acknowledgedBy: null,
    })
    expect(story.alert.evidence).toHaveLength(1)
  })

  it('holds a flapping condition open ever longer, up to a limit', () => {
    const story = tellStory('odour', { flapping: { maximumQuietSeconds: 400 } })
    const quiet: number[] = []
    let second = 0
    for (let turn = 0; turn < 5; turn++) {
      story
        .at(second)
        .finding('started')
        .at(second + 1)
        .finding('ended')
      const clears = ((story.record?.timers.clear ?? 0) - storyStart) / 1000
      quiet.push(clears - (second + 1))
      second = clears + 1
    }
    expect(quiet).toEqual([60, 120, 240, 400, 400])
    expect(story.ids).toHaveLength(1)
  })

  it('bounds pictures, keeping how it began and how it is', () => {
    const story = tellStory('illegal_parking', { maximumEvidence: 4 })
    story.finding('started', { evidence: [picture('a'), picture('b'), picture('c')] })
    story.at(1).finding('continued', { evidence: [picture('d'), picture('e'), picture('f')] })
    expect(story.alert.evidence.map(({ url }) => url.at(-1))).toEqual(['a', 'b', 'e', 'f'])
  })

  it('is not led astray by a camera whose clock is a day off', () => {
    for (const skew of [-86_400_000, 86_400_000]) {
      const at = iso(storyStart + 300_000 + skew)
      const since = iso(storyStart + skew)
      const story = tellStory().at(300).finding('started', { at, since }).at(1799)
      expect(story.steps()).toEqual(['300 opened'])
      expect(story.at(1800).alert.severity).toBe('high')
      expect(Date.parse(story.alert.openedAt)).toBeLessThanOrEqual(storyStart + 300_000)
    }
  })
})

describe('illegal operations', () => {
  const states: Record<string, () => Story> = {
    open: () => tellStory().finding('started'),
    acknowledged: () => tellStory().finding('started').input(by('acknowledge')),
    cleared: () => tellStory().finding('started').finding('ended').at(60),
    dismissed: () =>
      tellStory()
        .finding('started')
        .input(by('dismiss', { comment: 'no' })),
    critical: () => tellStory('fire').finding('started'),
  }
  const dismiss = by('dismiss', { comment: 'false' })
  it.each([
    ['acknowledged', by('acknowledge'), 'QLY_TRANSITION_REFUSED'],
    ['cleared', by('acknowledge'), 'QLY_TRANSITION_REFUSED'],
    ['dismissed', by('acknowledge'), 'QLY_TRANSITION_REFUSED'],
    ['cleared', dismiss, 'QLY_TRANSITION_REFUSED'],
    ['dismissed', dismiss, 'QLY_TRANSITION_REFUSED'],
    ['open', by('dismiss'), 'QLY_INPUT_INVALID'],
    ['open', by('dismiss', { comment: '  ' }), 'QLY_INPUT_INVALID'],
    ['cleared', by('escalate'), 'QLY_TRANSITION_REFUSED'],
    ['dismissed', by('escalate'), 'QLY_TRANSITION_REFUSED'],
    ['critical', by('escalate'), 'QLY_TRANSITION_REFUSED'],
    ['open', by('escalate', { to: 'low' }), 'QLY_TRANSITION_REFUSED'],
  ] as const)('%s: %o is refused with %s and changes nothing', (state, command, code) => {
    const story = states[state]!()
    const before = structuredClone(story.record)
    story.input(command)
    expect(story.last).toMatchObject({ outcome: 'refused', refusal: { code }, changes: [] })
    expect(story.record).toEqual(before)
  })
})
