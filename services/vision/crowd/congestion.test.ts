// Jams: told after a red light's time, with their length; traffic that flows, few cars, and a short stop are none. Speeds come from boxes that move.
import { expect, it } from 'vitest'
import { defaultVision } from '../testing/street-scene.ts'
import { stepRoads } from './congestion.ts'
import { type CrowdState, emptyCrowd, stepMs } from './crowd-state.ts'
import { createRoadSpeed } from './road-speed.ts'

const rules = { cameraId: 'cam', zoneIds: ['road'], congestion: defaultVision.crowd.congestion }
const start = Date.parse('2020-10-01T00:00:00Z')

/** Cars of 0.1 × 0.12 in a row, at metres a second by the ground scale of the configuration. */
function play(
  seconds: number,
  carsAt: (second: number) => number,
  metresPerSecond: (second: number) => number,
  fps = 5,
) {
  const speed = createRoadSpeed(rules.congestion)
  const scale = Math.sqrt(0.1 * (16 / 9) * 0.12)
  let state: CrowdState = emptyCrowd
  let way = 0
  const told: string[] = []
  for (let frame = 0; frame < seconds * fps; frame++) {
    const at = start + (frame * 1000) / fps
    way += (metresPerSecond(frame / fps) / fps / rules.congestion.vehicleMetres) * scale
    const tracks = Array.from({ length: carsAt(frame / fps) }, (_, trackId) => ({
      trackId,
      box: [0.1 * trackId + way / (16 / 9), 0.5, 0.1 * trackId + way / (16 / 9) + 0.1, 0.62] as const,
    }))
    state = { ...state, clock: state.clock + stepMs(state, at), lastAt: at }
    const stepped = stepRoads(state, at, new Map([['road', [...speed.step(tracks, at, 16 / 9).values()]]]), rules)
    state = { ...state, roads: stepped.roads }
    told.push(
      ...stepped.effects.map(
        ({ type, vehicles, speed }) => `${type} ${vehicles} ${speed.toFixed(0)} ${Math.round(frame / fps)}`,
      ),
    )
  }
  return told
}

it.each<[string, (s: number) => number, (s: number) => number, string[]]>([
  [
    'a jam of 460 s',
    () => 6,
    (s) => (s < 60 || s >= 520 ? 10 : 1),
    ['started 6 4 181', 'continued 6 4 481', 'ended 6 36 581'],
  ],
  ['traffic that flows', () => 8, () => 5, []],
  ['three cars that wait', () => 3, () => 0, []],
  ['a red light of 90 s', () => 8, (s) => (s > 60 && s < 150 ? 0 : 10), []],
  [
    'cars that the detector loses now and then',
    (s) => (s % 10 < 1 ? 2 : 6),
    () => 0.5,
    ['started 6 2 121', 'continued 6 2 421'],
  ],
])('%s', (_, cars, metresPerSecond, expected) => {
  const told = play(620, cars, metresPerSecond)
  expect(told.map((each) => each.replace(/\d+$/, (second) => `~${Math.round(Number(second) / 10)}`))).toEqual(
    expected.map((each) => each.replace(/\d+$/, (second) => `~${Math.round(Number(second) / 10)}`)),
  )
})

it.each([1, 2, 10])('speeds are the same at %i frames a second', (fps) => {
  expect(
    play(
      180,
      () => 5,
      () => 1,
      fps,
    )[0],
  ).toMatch(/^started 5 4 12[0-3]$/)
})
