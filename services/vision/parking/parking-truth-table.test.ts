// The parking truth table: generated streets through tracker and machine; how many violations, how many ended, none twice. With a good detector
// at 2, 5 and 10 frames a second (and 1, where that can be told at all), and with a bad one: boxes that wobble and halve, false ones, scores that dip.
import { describe, expect, it } from 'vitest'
import { type TruthRow, truthTable } from '../testing/parking-scenarios.ts'
import { type Noise, playScene, sceneRules, sceneStart } from '../testing/street-scene.ts'

const badDetector: Noise = { jitter: 0.04, falseBoxes: 0.5, dips: 0.15, halves: 0.05 }

function expectTruth(
  { scene, zones, started, ended, toldBy, firstToldBy }: TruthRow,
  fps: number,
  seed: number,
  noise: Noise = {},
  gate = {},
) {
  const { effects } = playScene(scene, { fps, seed, noise, rules: sceneRules(zones), ...gate })
  const told = effects.flatMap(({ type, vehicle, at }) =>
    type === 'started' ? [{ id: vehicle.violation?.findingId, seconds: (at - sceneStart) / 1000 }] : [],
  )
  expect(told, `seed ${seed}`).toHaveLength(started)
  expect(new Set(told.map(({ id }) => id)).size).toBe(started)
  expect(
    effects.filter(({ type }) => type === 'ended'),
    `ended, seed ${seed}`,
  ).toHaveLength(ended)
  for (const { seconds } of told) expect(seconds).toBeLessThanOrEqual(toldBy ?? scene.seconds)
  expect(Math.min(...told.map(({ seconds }) => seconds), scene.seconds)).toBeLessThanOrEqual(
    firstToldBy ?? scene.seconds,
  )
}

describe.each([1, 2, 5, 10])('at %i frames a second', (fps) => {
  const seeds = fps === 1 ? [1, 2] : [1, 2, 3]
  it.each(truthTable.filter(({ fromFps = 1 }) => fps >= fromFps))('$name: $started started, $ended ended', (row) => {
    for (const seed of seeds) expectTruth(row, fps, seed)
  })
})

describe.each([2, 5, 10])('at %i frames a second with a bad detector', (fps) => {
  it.each(truthTable.filter(({ goodOnly, fromFps = 1 }) => !goodOnly && fps >= fromFps))(
    '$name: $started started, $ended ended',
    (row) => {
      for (const seed of [1, 2]) expectTruth(row, fps, seed, badDetector)
    },
  )
})

describe.each([2, 5, 10])('at %i frames a second, with inference only where something changes', (fps) => {
  it.each(truthTable.filter(({ fromFps = 1 }) => fps >= fromFps))('$name: $started started, $ended ended', (row) => {
    for (const seed of [1, 2, 3]) expectTruth(row, fps, seed, {}, { motionEverySeconds: 2 })
  })

  it('a street on which one parks and nothing else happens is hardly inferred', () => {
    const [row] = truthTable
    const { inferred } = playScene((row as TruthRow).scene, { fps, motionEverySeconds: 2 })
    expect(inferred / (fps * 90)).toBeLessThan(0.5)
  })
})
