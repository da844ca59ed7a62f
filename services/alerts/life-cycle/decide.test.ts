// The life cycle, story by story.
import { describe, expect, it } from 'vitest'
import type { AlertKind } from '../../contracts/alert-kinds.ts'
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
const car = 'illegal_parking'
const water = 'water_quality'

describe('the life of an alert', () => {
  const fast = { repeatedEverySeconds: 0 }
  const fadingGas = {
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
  }
  const hump = { afterSeconds: 10, severity: 'high' }
  const noise = { kinds: { noise: { severity: 'info', ladder: [hump, { afterSeconds: 100, severity: 'low' }] } } }
  const day = 86_400
  /** what happens (see story.ts), and what is published, each by its second */
  const table: [name: string, kind: AlertKind, settings: object, script: string, steps: string][] = [
    ['opens and clears after the quiet time', car, {}, '0 start | 100 end | 500', '0 opened, 160 cleared'],
    [
      'stays the same if back in the quiet time',
      car,
      fast,
      '0 start | 100 end | 130 start f2 | 300',
      '0 opened, 130 repeated',
    ],
    [
      'is the same if back soon after',
      car,
      {},
      '0 start | 10 end | 300 start f2',
      '0 opened, 70 cleared, 300 opened cleared→open',
    ],
    ['is another if back later', car, {}, '0 start | 10 end | 671 start f2', '0 opened, 70 cleared, 671 opened'],
    ['opens with a later word if the first was lost', car, {}, '0 go', '0 opened'],
    ['is not made by an end alone', car, {}, '0 end', ''],
    [
      'waits for the end of all its findings',
      car,
      fast,
      '0 start | 5 start f2 | 10 end | 200 end f2 | 260',
      '0 opened, 5 repeated, 260 cleared',
    ],
    ['does not mind an end that it does not know', car, {}, '0 start | 5 end other | 1000', '0 opened'],
    [
      'rises with duration',
      car,
      {},
      '300 start since=0 | 1799 | 1800',
      '300 opened, 1800 severity_changed medium→high',
    ],
    ['opens at the rung that is reached already', car, {}, '2000 start since=0', '2000 opened'],
    ['does not climb in the quiet time', car, {}, '0 start | 1790 end | 1840', '0 opened'],
    [
      'rises at once and falls after a while with what is measured',
      water,
      fast,
      '0 start medium | 10 go critical | 20 go low | 79 | 80',
      '0 opened, 10 severity_changed medium→critical, 20 repeated, 80 severity_changed critical→low',
    ],
    [
      'does not fall for a moment only',
      water,
      fast,
      '0 start high | 10 go low | 60 go high | 500',
      '0 opened, 10 repeated, 60 repeated',
    ],
    [
      'falls in the quiet time where configured',
      'gas',
      fadingGas,
      '0 start | 10 end | 700',
      '0 opened, 70 severity_changed high→medium, 310 severity_changed medium→low, 610 cleared',
    ],
    [
      'can fall with duration too',
      'noise',
      noise,
      '0 start | 200',
      '0 opened, 10 severity_changed info→high, 160 severity_changed high→low',
    ],
    [
      'stays acknowledged over triggers',
      car,
      fast,
      '0 start | 5 ack | 9 go | 10 end | 100',
      '0 opened, 5 acknowledged, 9 repeated, 70 cleared',
    ],
    [
      'keeps the floor that a person set',
      water,
      fast,
      '0 start low | 0 escalate high | 10 go low | 300',
      '0 opened, 0 escalated low→high, 10 repeated',
    ],
    [
      'stays dismissed though it goes on and comes back at once',
      car,
      fast,
      '0 start | 5 dismiss | 9 go | 20 end | 30 start f2 | 2000 go f2',
      '0 opened, 5 dismissed',
    ],
    [
      'is raised anew if it begins again later',
      car,
      {},
      '0 start | 5 dismiss | 20 end | 1000 start f2',
      '0 opened, 5 dismissed, 1000 opened',
    ],
    [
      'is raised anew if what was dismissed gets worse',
      'gas',
      {},
      '0 start low | 0 dismiss | 9 go critical',
      '0 opened, 0 dismissed, 9 opened',
    ],
    [
      'clears if nothing is said for a day',
      'river_debris',
      {},
      `0 start | 50000 go | ${50_000 + day - 1} | ${50_000 + day}`,
      `0 opened, 28800 severity_changed medium→high, 50000 repeated, ${50_000 + day} cleared`,
    ],
    [
      'waits ten days for a vehicle that is seen now and then only',
      'zombie_vehicle',
      {},
      `0 start | 50000 go | ${50_000 + 10 * day - 1} | ${50_000 + 10 * day}`,
      `0 opened, 50000 repeated, ${50_000 + 10 * day} cleared`,
    ],
    ['tells triggers together', car, {}, '0 start | 1 go | 2 go | 3 go | 4 go | 60', '0 opened, 10 repeated'],
    [
      'is muted and told again, once each',
      car,
      {},
      '0 start | 1 mute | 2 mute | 3 unmute | 4 unmute',
      '0 opened, 1 muted, 3 unmuted',
    ],
    [
      'says its ticket once, and another',
      car,
      {},
      '0 start | 1 ticket t1 | 2 ticket t1 | 3 ticket t2',
      '0 opened, 1 ticketed, 3 ticketed t1→t2',
    ],
  ]
  it.each(table)('%s', (_, kind, settings, script, steps) => {
    const story = tellStory(kind, settings).tell(script)
    expect(story.steps().join(', ')).toBe(steps)
    expect(story.record && faultsOf(story.record)).toEqual(story.record ? [] : null)
    expect(story.changes.every(({ step }) => step.by.length > 0)).toBe(true)
  })

  it('gets new pictures, and says so only then', () => {
    const story = tellStory(car, fast).finding('started', { evidence: [picture('a')] })
    story
      .at(5)
      .finding('continued', { evidence: [picture('a')] })
      .at(9)
      .finding('ended', { evidence: [picture('b')] })
    expect(story.steps()).toEqual(['0 opened', '5 repeated', '9 evidence_added'])
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

  it('takes a clip that comes later, also when it has closed, once; pictures never push it out', () => {
    const story = tellStory('illegal_parking', { maximumEvidence: 4 })
    story.finding('started', { evidence: [picture('a'), picture('b')] }).tell('1 dismiss')
    const clip = { ...picture('f'), role: 'clip' as const }
    const told = { type: 'evidence' as const, evidence: [clip], by: 'system:recording' }
    story.at(12).input(told).input(told)
    expect(story.steps()).toEqual(['0 opened', '1 dismissed', '12 evidence_added'])
    expect(story.alert.state).toBe('dismissed')
    const crowded = tellStory('illegal_parking', { maximumEvidence: 4 }).finding('started').input(told)
    for (const letter of ['0', '1', '2', '3', '4']) crowded.finding('continued', { evidence: [picture(letter)] })
    expect(crowded.alert.evidence.map(({ role, url }) => `${role} ${url.at(-1)}`)).toEqual([
      'clip f',
      'clean 0',
      'clean 3',
      'clean 4',
    ])
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
