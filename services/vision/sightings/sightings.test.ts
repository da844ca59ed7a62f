// What is told to the ledger: a vehicle in a bay once it is parked, again after hours, over a restart, and once when it is gone; never a violation.
import { expect, it } from 'vitest'
import type { PictureBox } from '../../contracts/geometry.ts'
import { type ParkingObject, stepParking } from '../parking/parking-machine.ts'
import { emptyParking, type ParkingState, withoutTracks } from '../parking/parking-state.ts'
import { noParkingZone, sceneRules, sceneStart } from '../testing/street-scene.ts'
import { sightingsOf } from './sightings.ts'

const rules = sceneRules([{ ...noParkingZone, kind: 'bay' }])
const car = (x: number): ParkingObject => ({
  trackId: 1,
  label: 'car',
  group: 'motor',
  score: 0.8,
  box: [x - 0.08, 0.56, x + 0.08, 0.7] as PictureBox,
})

/** One frame a second of what is seen; answers with what was told, as "phase seconds reason". */
function play(
  from: number,
  to: number,
  objects: (seconds: number) => ParkingObject[],
  start: ParkingState = emptyParking,
) {
  let state = start
  const told: string[] = []
  const effects: string[] = []
  for (let seconds = from; seconds < to; seconds++) {
    const at = sceneStart + seconds * 1000
    const stepped = stepParking(state, { at, objects: objects(seconds) }, rules)
    effects.push(...stepped.effects.map(({ type }) => type))
    const { state: next, sightings } = sightingsOf(state, stepped.state, at, rules)
    told.push(
      ...sightings.map(({ phase, reason }) => [phase, seconds, reason].filter((part) => part !== undefined).join(' ')),
    )
    state = next
  }
  return { state, told, effects }
}

it('tells a car in a bay when it is parked, again after six hours over a restart, and that it drove off', () => {
  const first = play(0, 60, () => [car(0.5)])
  expect(first.told).toEqual(['seen 10'])
  const restarted = withoutTracks(structuredClone(first.state))
  const later = play(21_590, 21_660, (s) => (s < 21_640 ? [car(0.5)] : [car(0.5 + 0.1 * (s - 21_639))]), restarted)
  expect(later.told).toEqual(['seen 21610', expect.stringMatching(/^gone 216\d\d left$/)])
  expect([...first.effects, ...later.effects].filter((type) => type !== 'parked')).toEqual([])
})

it('tells that it is no longer at its place, and nothing of one that passes', () => {
  expect(play(0, 90, (s) => (s < 30 ? [car(0.5)] : [])).told).toEqual([
    'seen 10',
    expect.stringMatching(/^gone \d\d absent$/),
  ])
  expect(play(0, 10, (s) => [car(0.1 * s)]).told).toEqual([])
})
