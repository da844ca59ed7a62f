// Water level, crowd, gas and noise against the figures of domain.md §3.3, §4.1, §4.3, §4.4 and §5.

import { describe, expect, it } from 'vitest'
import { walkwayClass } from '../../contracts/crowd-class.ts'
import { onLadder } from '../persistence.ts'
import { testConfig } from '../testing.ts'
import type { Assessment } from './assessment.ts'
import { assessCrowd, capacityOf } from './crowd.ts'
import { assessGas, milligramsPerCubicMetre } from './gas.ts'
import { addNoise, assessNoise, equivalentLevel, type NoiseEnergy, noisePeriod } from './noise.ts'
import { assessWaterLevel } from './water-level.ts'

const { sensing } = testConfig()
const severity = (assessment: Assessment | undefined) =>
  assessment && (assessment.severities[onLadder(assessment.steps, assessment.value).raised - 1] ?? 'none')

describe('water level', () => {
  it.each([
    [3.79, 'none'],
    [3.8, 'medium'],
    [4.14, 'medium'],
    [4.2, 'high'],
    [4.5, 'critical'],
  ])('%f m is %s', (metres, expected) => {
    expect(severity(assessWaterLevel('river-01', 0, metres, sensing.waterLevel))).toBe(expected)
  })

  it('names the level that is passed, and by how much', () => {
    const { telling } = assessWaterLevel('river-01', 0, 4.14, sensing.waterLevel)
    expect(telling.summary.zh).toContain('警戒水位 0.34 米')
    expect(telling.measured).toMatchObject({ value: 4.14, limit: 3.8, unit: 'm' })
  })
})

describe('crowd', () => {
  const { crowd } = testConfig(
    'sensing: { crowd: { places: { lane: { areaSquareMetres: 1000 }, square: { capacity: 200 } } } }',
  ).sensing

  it('has a capacity by area or as given', () => {
    expect([capacityOf('lane', crowd), capacityOf('square', crowd), capacityOf('elsewhere', crowd)]).toEqual([
      500,
      200,
      undefined,
    ])
  })

  it.each([
    [399, 'none'],
    [400, 'medium'],
    [450, 'high'],
    [500, 'critical'],
  ])('%i of 500 is %s', (persons, expected) => {
    const [share] = assessCrowd('lane', 0, { person_count: persons }, crowd)
    expect(severity(share)).toBe(expected)
  })

  it.each([
    [1.9, 'none'],
    [2, 'low'],
    [3.5, 'high'],
    [5, 'critical'],
  ])('%f persons per square metre are %s', (density, expected) => {
    const found = assessCrowd('elsewhere', 0, { density }, crowd)
    expect(found.map(severity)).toEqual([expected])
  })

  it('has the walkway classes', () => {
    expect([0.3, 0.31, 0.5, 1, 2, 2.2].map(walkwayClass)).toEqual(['A', 'B', 'C', 'D', 'E', 'F'])
  })
})

describe('gas', () => {
  it.each([
    [17.031, 0.697],
    [34.08, 1.394],
    [48.11, 1.968],
    [59.11, 2.418],
    [16.043, 0.656],
  ])('1 ppm of %f g/mol is %f mg/m3 at 25 °C', (mass, expected) => {
    expect(milligramsPerCubicMetre(1, mass)).toBeCloseTo(expected, 2)
  })

  it('has the boundary limits in ppm: NH3 2.15, H2S 0.043, CH3SH 0.0036', () => {
    const over = (values: Record<string, number>) => assessGas(0, values, sensing.gas).map(severity)
    expect(over({ nh3_ppm: 2.15 })).toEqual(['none'])
    expect(over({ nh3_ppm: 2.16 })).toEqual(['low'])
    expect(over({ h2s_ppm: 0.043, ch3sh_ppm: 0.0037 })).toEqual(['none', 'low'])
    expect(over({ h2s_ppm: 0.0431 * 5.1 })).toEqual(['high'])
  })

  it.each([
    [24.9, 'none'],
    [25, 'high'],
    [50, 'critical'],
  ])('%f %% LEL is %s', (lel, expected) => {
    expect(assessGas(0, { gas_lel: lel }, sensing.gas).map(severity)).toEqual([expected])
  })
})

describe('noise', () => {
  it('averages energies: 60 and 70 dB are 67.4 dB', () => {
    expect(equivalentLevel([60, 70])).toBeCloseTo(67.404, 3)
    expect(equivalentLevel([55, 55, 55])).toBeCloseTo(55, 9)
  })

  it('is day from 06:00 to before 22:00 in the local time zone', () => {
    const at = (local: string) => noisePeriod(Date.parse(`2020-06-28T${local}+08:00`), 'Asia/Shanghai', sensing.noise)
    expect(['05:59:59', '06:00:00', '21:59:59', '22:00:00'].map(at)).toEqual(['night', 'day', 'day', 'night'])
  })

  const window = (level: number, at: number) => {
    let energy: NoiseEnergy = []
    for (let i = 20; i >= 0; i--) energy = addNoise(energy, at - i * 1000, level, sensing.noise.windowSeconds)
    return energy
  }

  it.each([
    ['2', '12:00', 60, 'none'],
    ['2', '12:00', 60.5, 'low'],
    ['2', '23:00', 60.5, 'high'],
    ['2', '23:00', 66, 'critical'],
    ['4a', '23:00', 60.5, 'medium'],
    ['0', '12:00', 50.5, 'low'],
  ] as const)('class %s at %s: %f dB(A) is %s', (noiseClass, local, level, expected) => {
    const at = Date.parse(`2020-06-28T${local}:00+08:00`)
    const found = assessNoise(at, window(level, at), noiseClass, 'Asia/Shanghai', sensing.noise)
    expect(severity(found)).toBe(expected)
  })

  it('slides: what is older than the window is forgotten, and order does not matter', () => {
    const at = Date.parse('2020-06-28T12:00:00+08:00')
    const old = addNoise([], at - 700_000, 100, 600)
    const now = addNoise(old, at, 50, 600)
    expect(
      assessNoise(at, now, '2', 'Asia/Shanghai', { ...sensing.noise, minimumSamples: 1 })?.telling.measured.value,
    ).toBeCloseTo(50)
    expect(addNoise(addNoise([], at, 50, 600), at - 60_000, 70, 600)).toEqual(
      addNoise(addNoise([], at - 60_000, 70, 600), at, 50, 600),
    )
  })

  it('is not judged on too few samples', () => {
    expect(assessNoise(0, addNoise([], 0, 90, 600), '2', 'Asia/Shanghai', sensing.noise)).toBeUndefined()
  })
})
