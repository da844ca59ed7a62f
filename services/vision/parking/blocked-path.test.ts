// A path blocked by three bicycles: told once as one thing, over a restart, ended when it is free; two bicycles block nothing.
import { expect, it } from 'vitest'
import type { PictureBox } from '../../contracts/geometry.ts'
import { noParkingZone, sceneRules, sceneStart } from '../testing/street-scene.ts'
import { stepPaths } from './blocked-path.ts'
import { type ParkingObject, stepParking } from './parking-machine.ts'
import { emptyParking, withoutTracks } from './parking-state.ts'

const bikes = (count: number): ParkingObject[] =>
  Array.from({ length: count }, (_, i) => ({
    trackId: i + 1,
    label: 'two_wheeler',
    group: 'two_wheeler',
    score: 0.8,
    box: [0.2 + 0.1 * i, 0.6, 0.26 + 0.1 * i, 0.7] as PictureBox,
  }))

function play(
  seconds: number,
  objects: (second: number) => ParkingObject[],
  options: { kind?: 'pavement' | 'no_parking'; restartAt?: number } = {},
) {
  const rules = sceneRules([
    { ...noParkingZone, kind: options.kind ?? 'pavement', classes: ['two_wheeler'], dwellSeconds: 600 },
  ])
  let state = emptyParking
  const told: string[] = []
  const ids = new Set<string | undefined>()
  for (let second = 0; second < seconds; second++) {
    if (second === options.restartAt) state = withoutTracks(structuredClone(state))
    const at = sceneStart + second * 1000
    const stepped = stepPaths(stepParking(state, { at, objects: objects(second) }, rules).state, at, rules)
    state = stepped.state
    for (const { type, path } of stepped.effects) {
      told.push(`${type} ${second} (${path.count})`)
      if (path.findingId) ids.add(path.findingId)
    }
  }
  return { told, ids }
}

it('is told when three have stood there for a minute, and ended when it is free', () => {
  const { told, ids } = play(200, (s) => bikes(s < 100 ? 3 : 0), { restartAt: 40 })
  expect(told).toEqual(['begun 3 (3)', 'started 63 (3)', expect.stringMatching(/^ended 1\d\d/)])
  expect(ids.size).toBe(1)
})

it.each<[string, string[], Parameters<typeof play>]>([
  ['two bicycles', [], [150, () => bikes(2)]],
  ['three that stop for half a minute', ['begun 3 (3)'], [150, (s) => bikes(s < 30 ? 3 : 0)]],
  ['three where they may be told one by one only', [], [150, () => bikes(3), { kind: 'no_parking' }]],
  ['a fourth comes: still one', ['begun 3 (3)', 'started 63 (3)'], [150, (s) => bikes(s < 80 ? 3 : 4)]],
  [
    'one is missed by the detector now and then',
    ['begun 3 (3)', 'started 63 (3)'],
    [150, (s) => bikes(s % 5 === 4 ? 2 : 3)],
  ],
])('%s: %j', (_, expected, args) => {
  expect(play(...args).told).toEqual(expected)
})
