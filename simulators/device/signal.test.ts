import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSignal, eventAt, type SignalScript } from './signal.ts'

const take = (script: SignalScript, seconds: number[], hour = 12, seed = 5) => {
  const signal = createSignal(script, seed)
  return seconds.map((at) => signal.read(at, hour))
}
const every = (step: number, count: number) => Array.from({ length: count }, (_, i) => i * step)

describe('a signal', () => {
  it('is the same for the same seed', () => {
    const script = { level: 5, wander: 1, noise: 0.5, decimals: 3 }
    expect(take(script, every(10, 50))).toEqual(take(script, every(10, 50)))
    expect(take(script, every(10, 50))).not.toEqual(take(script, every(10, 50), 12, 6))
  })

  it('follows the hours of the day', () => {
    const day = Array.from({ length: 24 }, (_, hour) => hour)
    expect(take({ level: 10, day, decimals: 1 }, [0], 6.5)).toEqual([16.5])
    expect(take({ level: 10, day, decimals: 1 }, [0], 23.5)).toEqual([21.5])
  })

  it('rises by its events: a rise stays, a hump and a step go', () => {
    const at = (shape: 'rise' | 'hump' | 'step', seconds: number) =>
      eventAt({ from: 10, to: 20, amount: 4, shape }, seconds)
    expect([9, 15, 20, 99].map((s) => at('rise', s))).toEqual([0, 2, 4, 4])
    expect([9, 15, 21].map((s) => at('hump', s))).toEqual([0, 4, 0])
    expect([9, 10, 19, 20].map((s) => at('step', s))).toEqual([0, 4, 4, 0])
  })

  it('sticks, drifts, spikes and misses by its faults', () => {
    const noisy = { level: 5, noise: 0.3, decimals: 2 }
    const stuck = take({ ...noisy, faults: [{ from: 50, to: 150, kind: 'stuck' }] }, every(10, 20))
    expect(new Set(stuck.slice(5, 15)).size).toBe(1)
    expect(new Set(stuck).size).toBeGreaterThan(5)
    expect(
      take({ level: 5, decimals: 2, faults: [{ from: 0, to: 1e6, kind: 'drift', amount: 1 }] }, [0, 3600]),
    ).toEqual([5, 6])
    expect(take({ level: 5, decimals: 1, faults: [{ from: 10, to: 20, kind: 'missing' }] }, [0, 10, 20])).toEqual([
      5,
      undefined,
      5,
    ])
    expect(
      take({ level: 5, decimals: 1, faults: [{ from: 0, to: 1e6, kind: 'spike', amount: 50 }] }, every(1, 40)),
    ).toContain(55)
  })

  it('stays within its bounds and decimals whatever happens', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 50, noNaN: true }), (seed, noise) => {
        for (const value of take(
          { level: 1, noise, wander: noise, decimals: 1, least: 0, most: 14 },
          every(5, 20),
          3,
          seed,
        )) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(14)
          expect(Math.abs(Number(value) * 10 - Math.round(Number(value) * 10))).toBeLessThan(1e-9)
        }
      }),
      { numRuns: 50 },
    )
  })
})
