// The rules around the dwell machine: zones and their kinds, hours, queues that outstay a red light, clocks that jump, identity, purity.
import { describe, expect, it } from 'vitest'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import { defaultVision, noParkingZone, sceneRules, sceneStart } from '../testing/street-scene.ts'
import { groupOf } from '../zones/zone-rules.ts'
import { type ParkingEffect, type ParkingObject, stepParking } from './parking-machine.ts'
import type { ParkingRules } from './parking-rules.ts'
import { zonesSeenTooRarely } from './parking-rules.ts'
import { emptyParking, type ParkingState, withoutTracks } from './parking-state.ts'

const object = (trackId: number, x: number, changes: Partial<ParkingObject> = {}): ParkingObject => {
  const label = changes.label ?? 'car'
  return {
    trackId,
    label,
    group: groupOf(label),
    score: 0.8,
    box: [x - 0.08, 0.56, x + 0.08, 0.7] as PictureBox,
    ...changes,
  }
}

interface Played {
  state: ParkingState
  effects: (ParkingEffect & { seconds: number })[]
}

/** Plays objects given by second, at 2 frames a second, on top of an earlier state. */
function play(
  from: number,
  to: number,
  objectsAt: (seconds: number) => ParkingObject[],
  options: { rules?: ParkingRules; state?: ParkingState; startAt?: number } = {},
): Played {
  const { rules = sceneRules(), startAt = sceneStart } = options
  let state = options.state ?? emptyParking
  const effects: Played['effects'] = []
  for (let seconds = from; seconds < to; seconds += 0.5) {
    const stepped = stepParking(state, { at: startAt + seconds * 1000, objects: objectsAt(seconds) }, rules)
    state = stepped.state
    effects.push(...stepped.effects.map((effect) => ({ ...effect, seconds })))
  }
  return { state, effects }
}
const told = ({ effects }: Played) =>
  effects.filter(({ type }) => type !== 'parked').map(({ type, seconds }) => `${type} ${seconds}`)
const zone = (changes: Partial<ZoneConfig>): ZoneConfig => ({ ...noParkingZone, ...changes })

describe('phases', () => {
  it('go entered, stopped, parked (a picture), violation, at their times', () => {
    const phases: string[] = []
    let state = emptyParking
    for (let seconds = 0; seconds <= 32; seconds += 0.5) {
      state = stepParking(state, { at: sceneStart + seconds * 1000, objects: [object(1, 0.5)] }, sceneRules()).state
      const { phase } = state.vehicles[0] ?? { phase: '' }
      if (!phases.at(-1)?.startsWith(phase)) phases.push(`${phase} ${seconds}`)
    }
    // A zone holds it from its third frame on; its dwell of 30 s runs from there.
    expect(phases).toEqual(['entered 0', 'stopped 3', 'parked 10', 'violation 31'])
  })

  it('never change the state they are given', () => {
    const { state } = play(0, 40, () => [object(1, 0.5)])
    const copy = structuredClone(state)
    stepParking(state, { at: sceneStart + 41_000, objects: [object(1, 0.9)] }, sceneRules())
    expect(state).toEqual(copy)
  })

  it('give news of a violation that goes on, numbered', () => {
    const { effects } = play(0, 200, () => [object(1, 0.5)])
    const news = effects
      .filter(({ type }) => type === 'continued')
      .map(({ seconds, vehicle }) => [seconds, vehicle.violation?.news])
    expect(news).toEqual([
      [91, 1],
      [151, 2],
    ])
  })
})

describe('zones', () => {
  it('two of them under one vehicle make one violation, by the one that is over first', () => {
    const rules = sceneRules([
      zone({ id: 'slow', dwellSeconds: 60 }),
      zone({ id: 'lane', kind: 'fire_lane', dwellSeconds: 20 }),
    ])
    const { effects } = play(0, 120, () => [object(1, 0.5)], { rules })
    const started = effects.filter(({ type }) => type === 'started')
    expect(started.map(({ vehicle }) => vehicle.violation?.zoneId)).toEqual(['lane'])
  })

  it.each([
    ['no_parking', 'car', 1],
    ['no_parking', 'two_wheeler', 0],
    ['fire_lane', 'large_vehicle', 1],
    ['pavement', 'car', 0],
    ['pavement', 'two_wheeler', 1],
    ['watch', 'car', 0],
  ] as const)('of kind %s: a %s makes %i', (kind, label, violations) => {
    const rules = sceneRules([zone({ kind })])
    expect(told(play(0, 50, () => [object(1, 0.5, { label })], { rules }))).toHaveLength(violations)
  })

  it('hold by the foot of the box, not by its middle', () => {
    const feet = (bottom: number) => () => [object(1, 0.5, { box: [0.4, 0.2, 0.6, bottom] })]
    expect(told(play(0, 50, feet(0.45)))).toEqual([])
    expect(told(play(0, 50, feet(0.55)))).toHaveLength(1)
  })

  it('keep one whose lower half is hidden for the time', () => {
    const played = play(0, 60, (s) => [object(1, 0.5, { box: [0.42, 0.4, 0.58, s > 10 && s < 50 ? 0.47 : 0.56] })])
    expect(told(played)).toEqual(['started 31'])
  })

  it('have hours: none before, none counted from before, ended when they are over, told anew the next day', () => {
    const rules = sceneRules([zone({ hours: '07:00-20:00' })])
    const parked = () => [object(1, 0.5)]
    // 06:59:00 in Suzhou
    const morning = play(0, 120, parked, { rules, startAt: Date.parse('2020-06-27T22:59:00Z') })
    expect(told(morning)).toEqual(['started 90'])
    const evening = play(0, 120, parked, { rules, state: morning.state, startAt: Date.parse('2020-06-28T11:59:00Z') })
    expect(told(evening)).toEqual(['continued 0', 'ended 60'])
    const next = play(0, 120, parked, { rules, state: evening.state, startAt: Date.parse('2020-06-28T22:59:00Z') })
    expect(told(next)).toEqual(['started 90'])
    const ids = [morning, next].flatMap(({ effects }) =>
      effects.filter(({ type }) => type === 'started').map(({ vehicle }) => vehicle.violation?.findingId),
    )
    expect(new Set(ids).size).toBe(2)
  })

  it('end what they said when they are taken out of the configuration', () => {
    const { state } = play(0, 40, () => [object(1, 0.5)])
    const rules = sceneRules([zone({ id: 'other' })])
    const after = play(40, 42, () => [object(1, 0.5)], { state: withoutTracks(state), rules })
    expect(after.effects[0]).toMatchObject({
      type: 'ended',
      reason: 'zone-removed',
      vehicle: { violation: { zoneId: 'kerb' } },
    })
  })
})

describe('identity', () => {
  it('outlives every track id', () => {
    const played = play(0, 120, (s) => [object(1 + Math.floor(s / 3), 0.5)])
    expect(told(played).filter((line) => line.startsWith('started'))).toHaveLength(1)
    expect(played.state.vehicles).toHaveLength(1)
  })

  it('is not taken over by a passing car that swaps tracks with it', () => {
    const white = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    const black = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    // Track 1 is the parked white car until the black one passes at 40 s; then track 1 drives off with the black car.
    const played = play(0, 90, (s) => {
      const passer = object(s < 40 ? 2 : 1, 0.1 + 0.2 * (s - 38), { look: black })
      const parked = object(s < 40 ? 1 : 2, 0.5, { look: white })
      return s < 38 || s > 43 ? [parked] : [parked, passer]
    })
    expect(told(played).filter((line) => !line.startsWith('continued'))).toEqual(['started 31'])
  })

  it('is given up when another look stands in its place after a break', () => {
    const look = (bin: number) => Array.from({ length: 17 }, (_, index) => (index === bin ? 1 : 0))
    const first = play(0, 50, () => [object(1, 0.5, { look: look(16) })])
    const second = play(600, 660, () => [object(1, 0.5, { look: look(12) })], { state: withoutTracks(first.state) })
    expect(told(second).map((line) => line.split(' ')[0])).toEqual(['ended', 'started'])
  })

  it('is kept over a night without pictures', () => {
    const first = play(0, 50, () => [object(1, 0.5)])
    const second = play(36_000, 36_100, () => [object(1, 0.5)], { state: withoutTracks(first.state) })
    expect(told(second).filter((line) => !line.startsWith('continued'))).toEqual([])
  })

  it('takes one vehicle found twice as one', () => {
    const played = play(0, 60, () => [object(1, 0.5), object(2, 0.505, { label: 'large_vehicle', score: 0.5 })])
    expect(told(played)).toEqual(['started 31'])
  })
})

describe('clocks', () => {
  it('that jump a day ahead make no violation out of nothing', () => {
    const first = play(0, 10, () => [object(1, 0.5)], { rules: sceneRules([zone({ dwellSeconds: 300 })]) })
    const jumped = play(86_400, 86_500, () => [object(1, 0.5)], {
      state: first.state,
      rules: sceneRules([zone({ dwellSeconds: 300 })]),
    })
    expect(told(jumped)).toEqual([])
  })

  it('that are set back an hour lose no dwell', () => {
    const first = play(0, 20, () => [object(1, 0.5)])
    const after = play(-3600, -3570, () => [object(1, 0.5)], { state: first.state })
    expect(told(after).map((line) => line.split(' ')[0])).toEqual(['started'])
    expect(Number(told(after)[0]?.split(' ')[1])).toBeCloseTo(-3600 + 11.5, 0)
  })

  it('do not count absence while no pictures come', () => {
    const first = play(0, 40, () => [object(1, 0.5)])
    const gone = play(40, 60, () => [], { state: first.state })
    const later = play(1000, 1018, () => [], { state: gone.state })
    expect(told(later)).toEqual([])
    expect(told(play(1018, 1030, () => [], { state: later.state }))).toHaveLength(1)
  })
})

describe('a queue', () => {
  it('that outstays any red light is parking after all', () => {
    const three = (s: number) => [0.3, 0.48, 0.66].map((x, index) => object(index + 1, s < 5 ? x - 0.15 * (5 - s) : x))
    const played = play(0, 160, three)
    const started = played.effects.filter(({ type }) => type === 'started')
    expect(started).toHaveLength(3)
    for (const { seconds } of started) expect(seconds).toBeGreaterThan(120)
  })
})

describe('frames a second', () => {
  it.each([
    [1, { dwellSeconds: 30 }, [{ zone: 'kerb', dwellSeconds: 30, fpsNeeded: 2 }]],
    [1, { dwellSeconds: 60 }, []],
    [2, { dwellSeconds: 30 }, []],
    [0.1, { kind: 'bay' }, []],
    [0.5, { kind: 'fire_lane', dwellSeconds: undefined }, [{ zone: 'kerb', dwellSeconds: 60, fpsNeeded: 1 }]],
    [0.2, { kind: 'watch' }, []],
  ] as const)(
    '%s for %o',
    (fps, { dwellSeconds, ...changes }: { dwellSeconds?: number | undefined; kind?: ZoneConfig['kind'] }, expected) => {
      const { dwellSeconds: _, ...plain } = zone(changes)
      const zones = [dwellSeconds === undefined ? plain : { ...plain, dwellSeconds }]
      expect(zonesSeenTooRarely({ fps, zones }, defaultVision)).toEqual(expected)
    },
  )
})
