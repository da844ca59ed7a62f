// Presence is voted: flickers are no finding, a fire is; it ends after quiet time with pictures, not by their absence.
import { describe, expect, it } from 'vitest'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import { defaultVision } from '../testing/street-scene.ts'
import {
  emptyPresence,
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
const start = Date.parse('2020-06-28T06:00:00Z')
const hit = (label: string, x = 0.2): PresenceHit => ({ label, score: 0.7, box: [x, 0.4, x + 0.1, 0.6] })

function play(
  zones: readonly ZoneConfig[],
  seconds: readonly [number, number],
  hitsAt: (seconds: number, frame: number) => PresenceHit[],
  { fps = 5, state = emptyPresence as PresenceState } = {},
) {
  const spots = presenceSpotsOf(zones, defaultVision.presence, 'Asia/Shanghai')
  const told: string[] = []
  let frame = 0
  for (let at = seconds[0]; at < seconds[1]; at += 1 / fps) {
    const stepped = stepPresence(state, { at: start + at * 1000, hits: hitsAt(at, frame++) }, spots, 'cam')
    state = stepped.state
    told.push(
      ...stepped.effects.map(({ type, finding }) => `${type} ${finding.kind} ${finding.label} ${Math.round(at)}`),
    )
  }
  return { told, state }
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
})
