// False marks: what one is made of, what it holds back and what it never does, how it counts and ends.
import { describe, expect, it } from 'vitest'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { FalseMark } from '../../contracts/false-marks.ts'
import { overlapOf, type PictureBox } from '../../contracts/geometry.ts'
import { type AlertRecord, iso } from '../life-cycle/alert-record.ts'
import { alertsConfig, findingOf, storyStart as now, type Story, tellStory } from '../life-cycle/story.ts'
import {
  endFalseMark,
  type FalseMarkDecision,
  type FalseMarkRecord,
  falseMarkFor,
  holdBack,
  makeFalseMark,
  maximumHeld,
} from './decide-false-mark.ts'

const config = alertsConfig()
const box: PictureBox = [0.2, 0.2, 0.4, 0.4]
const given = { id: 'm1', author: 'li', reason: 'steam' }
const recordOf = (decision: FalseMarkDecision): FalseMarkRecord => {
  if ('refusal' in decision) throw new Error(decision.refusal.message)
  return decision.record
}
const alertOf = ({ record }: Story): AlertRecord => {
  if (!record) throw new Error('no alert')
  return record
}
/** The mark of a dismissed alert that one finding opened. */
const marked = (finding: Partial<FindingChanged> = {}, mark: Partial<FalseMark> = {}): FalseMarkRecord => {
  const story = tellStory('smoke').finding('started', { box, severity: 'high', ...finding })
  const record = recordOf(makeFalseMark(alertOf(story), given, 0, config, now))
  return { ...record, mark: { ...record.mark, ...mark } }
}
const smoke = (more: Partial<FindingChanged> = {}) =>
  findingOf('smoke', { findingId: 'f2', subject: 'other', severity: 'high', box, ...more })
const { box: _, ...unboxed } = smoke()
const gas = { cameraId: undefined, deviceId: 'nose-1', box: undefined, zoneId: undefined, subject: 'h2s' } as object

describe('overlap', () => {
  it.each([
    [box, box, 1],
    [box, [0.3, 0.2, 0.5, 0.4], 1 / 3],
    [box, [0.4, 0.4, 0.6, 0.6], 0],
    [box, [0.25, 0.25, 0.35, 0.35], 0.25],
    [[0.3, 0.3, 0.3, 0.3], [0.3, 0.3, 0.3, 0.3], 0],
  ] satisfies [PictureBox, PictureBox, number][])('of %j and %j is %d', (one, other, expected) => {
    expect(overlapOf(one, other)).toBeCloseTo(expected, 10)
    expect(overlapOf(other, one)).toBeCloseTo(expected, 10)
  })
})

describe('a false mark', () => {
  it('says what was dismissed, where, by whom, why and until when, with the plain pictures', () => {
    const clean = { url: '/api/v1/evidence/a', sha256: 'a'.repeat(64), at: iso(now), role: 'clean' as const }
    const evidence = [clean, { ...clean, sha256: 'b'.repeat(64), role: 'boxed' as const }]
    const { mark } = marked({ evidence, label: 'smoke' })
    expect(mark).toEqual({
      id: 'm1',
      alertId: 'alert-1',
      kind: 'smoke',
      source: { camera: 'hq-lane-07', zone: 'kerb' },
      subject: null,
      severity: 'high',
      label: 'smoke',
      box,
      evidence: [clean],
      author: 'li',
      reason: 'steam',
      createdAt: iso(now),
      until: iso(now + 30 * 86_400_000),
      endedAt: null,
      endedBy: null,
      count: 0,
      lastAt: null,
    })
  })

  it('is as severe as its findings said, not as time or a person made it', () => {
    const record = alertOf(tellStory('smoke').tell('0 start high | 10 escalate critical'))
    expect(record.alert.severity).toBe('critical')
    expect(recordOf(makeFalseMark(record, given, 0, config, now)).mark.severity).toBe('high')
  })

  it('is refused beyond the limit', () => {
    const record = alertOf(tellStory('smoke').finding('started'))
    const few = alertsConfig({ falseMarks: { maximumActive: 2 } })
    expect(makeFalseMark(record, given, 2, few, now)).toMatchObject({ refusal: { code: 'QLY_CONFLICT' } })
  })

  it.each([
    ['the same spot', smoke(), marked(), true],
    ['the same spot, another zone', smoke({ zoneId: 'roof' }), marked(), true],
    ['enough of the spot', smoke({ box: [0.22, 0.2, 0.42, 0.4] }), marked(), true],
    ['too little of the spot', smoke({ box: [0.3, 0.2, 0.5, 0.4] }), marked(), false],
    ['another kind', { ...smoke(), kind: 'fire' as const }, marked(), false],
    ['another camera', smoke({ cameraId: 'hq-lane-08' }), marked(), false],
    ['a lower severity', smoke({ severity: 'medium' }), marked(), true],
    ['a higher severity', smoke({ severity: 'critical' }), marked(), false],
    [
      'the kind’s own severity, which is higher',
      findingOf('smoke', { box }),
      marked({}, { severity: 'medium' }),
      false,
    ],
    ['no box, of a mark with one', unboxed, marked(), false],
    ['no box, of a finding held back before', unboxed, { ...marked(), held: ['f2'] }, true],
    ['a box, of a mark without one', smoke(), marked({}, { box: null }), false],
    ['no box at all, the same zone', unboxed, marked({}, { box: null }), true],
    ['no box at all, another zone', { ...unboxed, zoneId: 'roof' }, marked({}, { box: null }), false],
    ['a mark that was revoked', smoke(), marked({}, { endedAt: iso(now), endedBy: 'li' }), false],
    ['a mark whose time is over', smoke(), marked({}, { until: iso(now) }), false],
    ['the same measurement of a device', { ...smoke(), ...gas }, marked(gas), true],
    ['another measurement of the device', { ...smoke(), ...gas, subject: 'ch4' }, marked(gas), false],
  ] satisfies [string, FindingChanged, FalseMarkRecord, boolean][])('%s: held back %s', (_, finding, record, held) => {
    expect(falseMarkFor(finding, [record], config, now)).toBe(held ? record : null)
  })

  it('of several counts the oldest that applies', () => {
    const [first, second, third] = [marked({}, { kind: 'fire' }), marked(), marked()]
    expect(falseMarkFor(smoke(), [first, second, third], config, now)).toBe(second)
  })

  it('counts each finding once, tells the first at once and further ones now and then', () => {
    const later = now + 60_000
    const one = holdBack(marked(), 'f1', config, later)
    expect(one).toMatchObject({ mark: { count: 1, lastAt: iso(later) }, tellAt: later })
    expect(holdBack(one, 'f1', config, later + 1)).toBe(one)
    const two = holdBack({ ...one, toldAt: later, tellAt: null }, 'f2', config, later + 5)
    expect(two).toMatchObject({ mark: { count: 2 }, tellAt: later + 600_000 })
    expect(holdBack(two, 'f3', config, later + 9).tellAt).toBe(later + 600_000)
    let many = two
    for (let n = 0; n < 3 * maximumHeld; n++) many = holdBack(many, `g${n}`, config, later)
    expect([many.mark.count, many.held.length]).toEqual([2 + 3 * maximumHeld, maximumHeld])
  })

  it('ends once', () => {
    const ended = recordOf(endFalseMark(marked(), 'wang', now + 5))
    expect(ended.mark).toMatchObject({ endedAt: iso(now + 5), endedBy: 'wang' })
    expect(endFalseMark(ended, 'li', now + 9)).toMatchObject({ refusal: { code: 'QLY_TRANSITION_REFUSED' } })
  })
})
