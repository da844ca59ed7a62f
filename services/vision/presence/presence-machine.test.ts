// Presence is voted: flickers are no finding, a fire is; it ends after quiet time with pictures, not by their absence.
import { describe, expect, it } from 'vitest'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import { presenceEvent } from '../findings/finding-events.ts'
import { defaultVision } from '../testing/street-scene.ts'
import {
  emptyPresence,
  type PresenceFinding,
  type PresenceHit,
  type PresenceState,
  presenceSpotsOf,
  stepPresence,
} from './presence-machine.ts'

const zone = (id: string, kind: ZoneConfig['kind'], changes: Partial<ZoneConfig> = {}): ZoneConfig => ({
  id,
  kind,
  polygon: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
  classes: [],
  hours: '00:00-24:00',
  ...changes,
})
const burning = { ...defaultVision.burning, personLabel: 'person' }
const start = Date.parse('2020-06-28T06:00:00Z')
const hit = (label: string, x = 0.2): PresenceHit => ({ label, score: 0.7, box: [x, 0.4, x + 0.1, 0.6] })

function play(
  zones: readonly ZoneConfig[],
  seconds: readonly [number, number],
  hitsAt: (seconds: number, frame: number) => PresenceHit[],
  { fps = 5, state = emptyPresence as PresenceState, steady = false } = {},
) {
  const spots = presenceSpotsOf(zones, defaultVision.presence, 'Asia/Shanghai')
  const told: string[] = []
  const findings: (PresenceFinding & { type: string })[] = []
  let offHours = 0
  let frame = 0
  for (let at = seconds[0]; at < seconds[1]; at += 1 / fps) {
    // flames and smoke are never still
    const flicker = 0.03 * (frame % 3)
    const hits = hitsAt(at, frame++).map((each) =>
      steady
        ? each
        : { ...each, box: [each.box[0], each.box[1], each.box[2], each.box[3] + flicker] as PresenceHit['box'] },
    )
    const stepped = stepPresence(state, { at: start + at * 1000, hits }, spots, 'cam', burning)
    offHours += stepped.offHours.length
    findings.push(...stepped.effects.map(({ type, finding }) => ({ type, ...finding })))
    state = stepped.state
    told.push(
      ...stepped.effects.map(({ type, finding }) => `${type} ${finding.kind} ${finding.label} ${Math.round(at)}`),
    )
  }
  return { told, state, findings, offHours }
}

describe('presence', () => {
  it.each([1, 5, 10])('is told once and ended once at %i frames a second', (fps) => {
    const { told } = play([zone('a', 'watch')], [0, 90], (s) => (s >= 10 && s < 40 ? [hit('smoke')] : []), { fps })
    expect(told).toHaveLength(2)
    expect(told[0]).toMatch(/^started smoke smoke 1[0-4]$/)
    expect(told[1]).toMatch(/^ended smoke smoke (59|6[0-2])$/)
  })

  it('needs most frames of the window, and bears misses once it is told', () => {
    expect(play([zone('a', 'watch')], [0, 60], (_, frame) => (frame % 3 === 0 ? [hit('fire')] : [])).told).toEqual([])
    const flickering = play([zone('a', 'watch')], [0, 60], (s, frame) =>
      s < 5 || frame % 30 === 0 ? [hit('fire')] : [],
    )
    expect(flickering.told).toHaveLength(1)
  })

  it('counts where the zone is, and only what its kind is for', () => {
    const always = (label: string, x: number) => () => [hit(label, x)]
    expect(play([zone('a', 'watch')], [0, 10], always('smoke', 0.8)).told).toEqual([])
    expect(play([zone('a', 'river_surface')], [0, 10], always('smoke', 0.2)).told).toEqual([])
    expect(play([zone('a', 'river_surface')], [0, 10], always('debris', 0.2)).told).toHaveLength(1)
    expect(play([zone('a', 'kitchen')], [0, 10], always('no_mask', 0.2)).told).toEqual([
      'started kitchen_hygiene no_mask 3',
    ])
    expect(play([zone('a', 'kitchen', { classes: ['rat'] })], [0, 10], always('no_mask', 0.2)).told).toEqual([])
    // 06:00 UTC is 14:00 in Suzhou: the kitchen is closed.
    expect(play([zone('a', 'kitchen', { hours: '17:00-22:00' })], [0, 10], always('no_mask', 0.2)).told).toEqual([])
  })

  it('goes on over a break of the stream and a restart', () => {
    const smoke = () => [hit('smoke')]
    const first = play([zone('a', 'watch')], [0, 10], smoke)
    const restored = JSON.parse(JSON.stringify(first.state)) as PresenceState
    const second = play([zone('a', 'watch')], [300, 310], smoke, { state: restored })
    expect([...first.told, ...second.told]).toEqual(['started smoke smoke 2'])
  })

  it('ends when its zone is taken out of the configuration', () => {
    const { state } = play([zone('a', 'watch')], [0, 10], () => [hit('smoke')])
    expect(play([], [10, 11], () => [], { state }).told).toEqual(['ended smoke smoke 10'])
  })

  it('votes by area: false boxes that jump about never add up, one that stays and flickers does', () => {
    const jumping = (_: number, frame: number) => [hit('fire', [0.02, 0.2, 0.38][frame % 3])]
    expect(play([zone('a', 'watch')], [0, 60], jumping).told).toEqual([])
    const both = (at: number, frame: number) => [
      ...jumping(at, frame),
      { ...hit('fire', 0.2), score: 0.5, box: [0.2, 0.75, 0.25, 0.8] } as PresenceHit,
    ]
    const { findings } = play([zone('a', 'watch')], [0, 20], both)
    expect(findings).toMatchObject([{ type: 'started', box: [0.2, 0.75, 0.25, expect.closeTo(0.8, 0)] }])
  })

  it('takes longer over what neither flickers nor grows', () => {
    const lamp = () => [hit('fire')]
    const told = (until: number) => play([zone('a', 'watch')], [0, until], lamp, { steady: true }).told
    expect(told(11)).toEqual([])
    expect(told(20)).toEqual(['started fire fire 12'])
    const growing = (at: number): PresenceHit[] => [
      { label: 'smoke', score: 0.6, box: [0.2, 0.6 - 0.03 * at, 0.3, 0.7] },
    ]
    expect(play([zone('a', 'watch')], [0, 8], growing, { steady: true }).told[0]).toMatch(/^started smoke smoke [2-4]$/)
  })

  it.each<[string, (at: number) => PresenceHit[], string[]]>([
    ['none: high', () => [hit('fire')], ['started']],
    ['both at one place', () => [hit('fire'), hit('smoke', 0.25)], ['started both', 'started both']],
    ['large', () => [{ label: 'fire', score: 0.7, box: [0, 0.2, 0.4, 0.8] }], ['started large']],
    [
      'growing',
      (at) => [{ label: 'fire', score: 0.7, box: [0.2, 0.4 - 0.01 * at, 0.3, 0.5] }],
      ['started', 'continued growing'],
    ],
    [
      'a person near, for three frames',
      (at) => [hit('fire'), ...(at > 10 ? [hit('person', 0.3)] : [])],
      ['started', 'continued persons'],
    ],
    ['a person far off is none', () => [hit('fire'), hit('person', 0.9)], ['started']],
    ['kitchen findings have none', () => [hit('no_mask'), hit('person', 0.2)], []],
  ])('cause for critical: %s', (_, hitsAt, expected) => {
    const { findings } = play([zone('a', 'watch')], [0, 20], hitsAt)
    expect(findings.map(({ type, causes = [] }) => [type, ...causes.map(({ cause }) => cause)].join(' '))).toEqual(
      expected,
    )
  })

  it('writes the cause into what it says', () => {
    const { findings } = play([zone('a', 'watch')], [0, 8], () => [hit('fire'), hit('smoke', 0.25)])
    const [finding] = findings
    if (!finding) throw new Error('nothing was told')
    const { event } = presenceEvent({ type: 'started', finding }, { id: 'cam', name: '山塘街' }, start, [])
    expect(event.data).toMatchObject({
      severity: 'critical',
      summary: {
        zh: expect.stringMatching(/^山塘街发现.+（烟火同时出现）$/),
        en: expect.stringMatching(/seen at 山塘街: smoke and fire together$/),
      },
    })
  })

  it('in a closed kitchen: manners do not count and are counted as such, a rat and a fire do', () => {
    // 06:00 UTC is 14:00 in Suzhou
    const closed = zone('a', 'kitchen', { hours: '17:00-22:00' })
    const { told, offHours } = play([closed], [0, 10], () => [hit('no_mask'), hit('rat'), hit('fire')])
    expect(told).toEqual(['started fire fire 2', 'started kitchen_hygiene rat 3'])
    expect(offHours).toBeGreaterThan(45)
  })
})
