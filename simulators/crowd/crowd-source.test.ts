import { describe, expect, it } from 'vitest'
import { createCrowdSource, shareOfDay } from './crowd-source.ts'

const script = { peak: 420, weekend: 1.6, area: 600, stayMinutes: 12, seed: 1, surges: [] }
const mean = (hour: number, weekend = false) => {
  const source = createCrowdSource(script)
  const counts = Array.from({ length: 60 }, (_, i) => Number(source.read(i * 5, hour, weekend).person_count))
  return counts.reduce((a, b) => a + b) / counts.length
}

describe('the shape of a day', () => {
  it('is empty at night, full at noon, and later at weekends', () => {
    expect(shareOfDay(4, false)).toBeLessThan(0.03)
    expect(shareOfDay(13, false)).toBe(1)
    expect(shareOfDay(15, true)).toBe(1)
    expect(shareOfDay(23.5, false)).toBeCloseTo((shareOfDay(23, false) + shareOfDay(0, false)) / 2)
  })
})

describe('a crowd', () => {
  it('follows the day and the week', () => {
    expect(mean(4)).toBeLessThan(10)
    expect(mean(13)).toBeGreaterThan(300)
    expect(mean(15, true)).toBeGreaterThan(mean(15) * 1.3)
  })

  it('surges beyond 3.5 persons a square metre, with the inflow to match', () => {
    const source = createCrowdSource({ ...script, surges: [{ from: 200, to: 700, amount: 2300, shape: 'hump' }] })
    const values = Array.from({ length: 160 }, (_, i) => source.read(i * 5, 11, false))
    expect(Math.max(...values.map(({ density }) => Number(density)))).toBeGreaterThan(3.5)
    expect(Number(values[20]?.density)).toBeLessThan(1)
    expect(Number(values.at(-1)?.density)).toBeLessThan(1)
    const inflow = values.map(({ flow_in }) => Number(flow_in))
    const outflow = values.map(({ flow_out }) => Number(flow_out))
    const sum = (list: number[], from: number, to: number) => list.slice(from, to).reduce((a, b) => a + b, 0)
    expect(sum(inflow, 45, 85)).toBeGreaterThan(sum(outflow, 45, 85) * 1.5)
    expect(sum(outflow, 95, 138)).toBeGreaterThan(sum(inflow, 95, 138) * 1.5)
    for (const { density, person_count } of values)
      expect(Math.abs(Number(density) - Number(person_count) / 600)).toBeLessThan(0.0051)
  })
})
