// GB 3838-2002: limits of domain.md §3.1, the worst item decides, a boundary value counts as the better class.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testConfig } from '../testing.ts'
import { assessWater, gradeItem, waterClassOf } from './water-class.ts'

const config = testConfig().sensing.water

describe.each([
  ['dissolved_oxygen', [7.5, 6, 5, 3, 2], -0.01],
  ['permanganate_index', [2, 4, 6, 10, 15], 0.01],
  ['ammonia_nitrogen', [0.15, 0.5, 1, 1.5, 2], 0.001],
  ['total_phosphorus', [0.02, 0.1, 0.2, 0.3, 0.4], 0.001],
] as const)('%s', (name, limits, worse) => {
  it.each(limits.map((limit, index) => [limit, index + 1] as const))(
    '%f is class %i, a hair worse is the next',
    (limit, grade) => {
      expect(gradeItem(name, limit, config)?.waterClass).toBe(grade)
      expect(gradeItem(name, limit + worse, config)?.waterClass).toBe(grade + 1)
    },
  )
})

describe('items whose neighbouring classes share a limit', () => {
  it.each([
    ['cod', 15, 1],
    ['cod', 15.1, 3],
    ['bod5', 3, 1],
    ['bod5', 3.5, 3],
    ['petroleum', 0.05, 1],
    ['petroleum', 0.06, 4],
  ])('%s %f is class %i', (name, value, grade) => {
    expect(gradeItem(name, value, config)?.waterClass).toBe(grade)
  })
})

it('takes pH outside 6 to 9 for worse than V, inside and on the bounds for class I', () => {
  const grades = [5.9, 6, 7.4, 9, 9.01].map((value) => gradeItem('ph', value, config)?.waterClass)
  expect(grades).toEqual([6, 1, 1, 1, 6])
})

it('lets the worst item decide and leaves out what it does not know', () => {
  const sample = {
    ph: 7.42,
    dissolved_oxygen: 4.1,
    permanganate_index: 5.3,
    ammonia_nitrogen: 1.3,
    total_phosphorus: 0.19,
  }
  expect(waterClassOf(sample, config)).toMatchObject({ name: 'ammonia_nitrogen', waterClass: 4 })
  expect(waterClassOf({ ...sample, ammonia_nitrogen: 2.5 }, config)?.waterClass).toBe(6)
  expect(waterClassOf({ turbidity: 30 }, config)).toBeUndefined()
})

it('is monotone: a higher concentration is never a better class', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('cod', 'bod5', 'ammonia_nitrogen', 'total_phosphorus', 'petroleum', 'sulphide'),
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 50, noNaN: true }),
      (name, value, more) => {
        const [low, high] = [gradeItem(name, value, config), gradeItem(name, value + more, config)]
        expect(high?.position).toBeGreaterThanOrEqual(low?.position ?? Number.NaN)
        expect(high?.waterClass).toBeGreaterThanOrEqual(low?.waterClass ?? Number.NaN)
      },
    ),
  )
})

it('judges against the target of the station', () => {
  const stationed = testConfig('sensing: { water: { stations: { river-01: { targetClass: IV } } } }').sensing.water
  const sample = { ammonia_nitrogen: 1.18 }
  expect(assessWater('river-01', 0, sample, stationed)?.value).toBeLessThan(0)
  const other = assessWater('river-02', 0, sample, stationed)
  expect(other?.value).toBeCloseTo(0.36)
  expect(other?.telling).toMatchObject({
    label: 'water class IV',
    measured: { name: 'ammonia_nitrogen', value: 1.18, unit: 'mg/L', limit: 1, standard: 'GB 3838-2002 III' },
  })
})
