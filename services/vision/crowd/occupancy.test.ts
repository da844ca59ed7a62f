// Crowds: what is told of a zone whose number of persons rises, flickers and falls, by capacity and by density, over breaks and restarts.
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import { CrowdConfig } from '../../contracts/config/sensing.ts'
import { crowdEvent } from '../findings/crowd-events.ts'
import { defaultVision } from '../testing/street-scene.ts'
import { crowdZonesOf } from './crowd-rules.ts'
import { type CrowdState, emptyCrowd, stepMs } from './crowd-state.ts'
import { type OccupancyEffect, stepOccupancy } from './occupancy.ts'

const limits = Value.Default(CrowdConfig, {}) as CrowdConfig
const start = Date.parse('2020-10-01T06:00:00Z')
const square = (changes: Partial<ZoneConfig> = {}): ZoneConfig => ({
  id: 'square',
  kind: 'watch',
  polygon: [
    [0, 0],
    [1, 0],
    [1, 1],
  ],
  classes: [],
  hours: '00:00-24:00',
  ...changes,
})

function play(
  zones: readonly ZoneConfig[],
  [from, to]: readonly [number, number],
  countAt: (seconds: number) => number,
  { fps = 5, before = emptyCrowd as CrowdState } = {},
) {
  const rules = {
    ...defaultVision.crowd,
    cameraId: 'cam',
    zones: crowdZonesOf(zones, limits),
    releaseShare: limits.releaseShare,
  }
  const effects: (OccupancyEffect & { seconds: number })[] = []
  let state = before
  for (let frame = 0; from + frame / fps < to; frame++) {
    const seconds = from + frame / fps
    const at = start + 1000 * seconds
    const step = stepMs(state, at)
    state = { ...state, clock: state.clock + step, lastAt: at }
    const stepped = stepOccupancy(state, { at, step, counts: new Map([['square', countAt(seconds)]]) }, rules)
    state = { ...state, zones: stepped.zones }
    effects.push(...stepped.effects.map((effect) => ({ ...effect, seconds })))
  }
  const told = effects.map(({ type, severity = '', level, seconds }) =>
    `${type} ${severity} ${level.measure?.name ?? ''} ${Math.round(seconds)}`.replaceAll(/ +/g, ' '),
  )
  return { state, effects, told }
}

describe('a zone', () => {
  // 100 m² hold 50 persons at 2 m² each: yellow from 40, orange from 45, red from 50 (LB/T 034-2014)
  it.each([1, 5, 10])('is told when it fills, with each level, and when it empties, at %i frames a second', (fps) => {
    const { effects } = play(
      [square({ areaSquareMetres: 100 })],
      [0, 400],
      (s) => (s < 50 ? 20 : s < 150 ? 42 : s < 250 ? 60 : 5),
      { fps },
    )
    expect(effects.map(({ type, severity }) => `${type} ${severity}`)).toEqual([
      'started medium',
      'continued critical',
      'ended undefined',
    ])
    expect(new Set(effects.map(({ finding }) => finding.findingId)).size).toBe(1)
    const [first, last] = [effects[0]?.seconds ?? 0, effects.at(-1)?.seconds ?? 0]
    expect(first).toBeGreaterThan(60)
    expect(first).toBeLessThan(100)
    expect(last).toBeGreaterThan(280)
    expect(last).toBeLessThan(310)
  })

  it.each<[string, Partial<ZoneConfig>, (s: number) => number, string[]]>([
    ['counts only, without area and capacity', {}, () => 500, []],
    ['a short rush is nothing', { capacity: 10 }, (s) => (s > 20 && s < 26 ? 20 : 2), []],
    [
      'a detector that misses half of them now and then ends nothing',
      { capacity: 10 },
      (s) => (s % 20 < 2 ? 5 : 12),
      ['started critical person_count 17'],
    ],
    [
      'just below the limit it holds: hysteresis',
      { capacity: 100 },
      (s) => (s < 60 ? 81 : 78),
      ['started medium person_count 10'],
    ],
    [
      'density may be worse than capacity',
      { areaSquareMetres: 10, capacity: 1000 },
      () => 36,
      ['started high density 10'],
    ],
    [
      'capacity given outright comes before that of the area',
      { areaSquareMetres: 100, capacity: 30 },
      () => 31,
      ['started critical person_count 10'],
    ],
  ])('%s', (_, changes, countAt, expected) => {
    expect(play([square(changes)], [0, 120], countAt).told).toEqual(expected)
  })

  it('goes on over a break and a restart with the same finding, and ends when it is no longer configured', () => {
    const zone = square({ capacity: 10 })
    const first = play([zone], [0, 30], () => 12)
    const restored = JSON.parse(JSON.stringify(first.state)) as CrowdState
    expect(play([zone], [500, 530], () => 12, { before: restored }).told).toEqual([])
    expect(play([], [500, 501], () => 0, { before: restored }).effects).toMatchObject([
      { type: 'ended', finding: { findingId: first.effects[0]?.finding.findingId } },
    ])
  })
})

it('says how many, how dense, which class and whose limit', () => {
  const [effect] = play([square({ areaSquareMetres: 10 })], [0, 20], () => 36).effects
  if (!effect) throw new Error('nothing was told')
  const event = crowdEvent(effect, { id: 'cam', name: '山塘街' }, start, [])
  expect(event.event).toMatchObject({
    id: expect.stringMatching(/^cam\/square\/crowd-[0-9a-z]+\/started$/),
    data: {
      kind: 'crowd_density',
      severity: 'critical',
      label: 'walkway class F',
      measured: { name: 'person_count', value: 36, limit: 5, standard: 'LB/T 034-2014' },
      summary: {
        zh: '山塘街（square）约 36 人，密度 3.60 人/平方米，步道服务水平 F 级，已达限值 5（LB/T 034-2014）',
        en: expect.stringContaining('About 36 persons at 山塘街, square, 3.60 per square metre, walkway class F'),
      },
    },
  })
})
