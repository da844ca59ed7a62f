// Hysteresis and k of n: properties that hold for any series, and the cases that people will ask about.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advancePersistence, emptyPersistence, onLadder, type PersistenceState, type Step } from './persistence.ts'

const steps: readonly Step[] = [
  { limit: 10, release: 8, inclusive: true },
  { limit: 20, release: 18, inclusive: true },
]
const rule = { k: 3, n: 5, maximumAgeSeconds: 3600 }
const sample = (at: number, value: number) => ({ at: at * 1000, ...onLadder(steps, value) })
const levels = (values: readonly number[]) => {
  let state: PersistenceState = emptyPersistence
  return values.map((value, at) => {
    state = advancePersistence(state, sample(at, value), rule)
    return state.level
  })
}

describe('a level', () => {
  it('opens with the k-th exceeding sample, rises, falls and closes', () => {
    expect(levels([0, 12, 12, 12, 25, 25, 25, 9, 9, 9, 0, 0, 0])).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 1, 1, 1, 0])
  })

  it('outlives single samples in line, and single spikes do not open it', () => {
    expect(levels([12, 12, 12, 0, 12, 0, 12])).toEqual([0, 0, 1, 1, 1, 1, 1])
    expect(levels([0, 99, 0, 0, 99, 0, 0, 0, 99])).toEqual(Array(9).fill(0))
  })

  it('knows since when: the first exceeding sample, and not one before the last end', () => {
    let state: PersistenceState = emptyPersistence
    for (const [at, value] of [12, 0, 12, 12].entries()) state = advancePersistence(state, sample(at, value), rule)
    expect(state).toMatchObject({ level: 1, since: 0 })
    for (const at of [4, 5, 6]) state = advancePersistence(state, sample(at, 0), rule)
    expect(state).toMatchObject({ level: 0, since: null, closedAt: 5000 })
    for (const at of [7, 8, 9]) state = advancePersistence(state, sample(at, 12), rule)
    expect(state).toMatchObject({ level: 1, since: 7000 })
  })

  it('takes a late sample at its place, ignores one that is too late and a duplicate', () => {
    const state = [1, 3, 5].reduce(
      (s, at) => advancePersistence(s, sample(at, at === 3 ? 0 : 12), rule),
      emptyPersistence,
    )
    const late = advancePersistence(state, sample(2, 12), rule)
    expect(late).toMatchObject({ level: 1, since: 1000 })
    expect(advancePersistence(late, sample(2, 0), rule)).toBe(late)
    const full = [6, 7].reduce((s, at) => advancePersistence(s, sample(at, 12), rule), late)
    expect(advancePersistence(full, sample(0, 0), rule)).toBe(full)
  })

  it('does not count samples from long ago', () => {
    const old = [0, 1].reduce((s, at) => advancePersistence(s, sample(at, 12), rule), emptyPersistence)
    expect(advancePersistence(old, sample(10_000, 12), rule)).toMatchObject({ level: 0, window: [{ at: 10_000_000 }] })
  })
})

describe('for any series', () => {
  const anyRule = fc
    .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 8 }))
    .map(([k, more]) => ({ k, n: k + more, maximumAgeSeconds: 86_400 }))
  const values = fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { maxLength: 60 })
  const run = (series: readonly number[], by: typeof rule) =>
    series.reduce<PersistenceState[]>((all, value, at) => {
      all.push(advancePersistence(all.at(-1) ?? emptyPersistence, sample(at, value), by))
      return all
    }, [])

  it('values inside the band (release, limit) change no level', () => {
    const band = fc.array(fc.double({ min: 8.001, max: 9.999, noNaN: true }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(anyRule, band, fc.boolean(), (by, inBand, open) => {
        const lead = open ? Array(by.n).fill(15) : Array(by.n).fill(0)
        const all = run([...lead, ...inBand], by)
        expect(all.slice(by.n - 1).map(({ level }) => level)).toEqual(Array(inBand.length + 1).fill(open ? 1 : 0))
      }),
    )
  })

  it('a level is never above what k of the last n reached since it opened, and opens only with k', () => {
    fc.assert(
      fc.property(anyRule, values, (by, series) => {
        let before = 0
        for (const [index, { level }] of run(series, by).entries()) {
          const last = series.slice(Math.max(0, index + 1 - by.n), index + 1)
          if (level > before)
            expect(last.filter((value) => value >= (steps[level - 1]?.limit ?? 0)).length).toBeGreaterThanOrEqual(by.k)
          if (level < before)
            expect(last.filter((value) => value <= (steps[level]?.release ?? 0)).length).toBeGreaterThanOrEqual(by.k)
          before = level
        }
      }),
    )
  })

  it('sending any sample a second time changes nothing', () => {
    fc.assert(
      fc.property(anyRule, values, fc.nat(), (by, series, pick) => {
        const state = run(series, by).at(-1) ?? emptyPersistence
        const at = series.length === 0 ? 0 : pick % series.length
        if (series.length > 0) expect(advancePersistence(state, sample(at, series[at] ?? 0), by)).toEqual(state)
      }),
    )
  })

  it('since is set exactly while a level holds', () => {
    fc.assert(
      fc.property(anyRule, values, (by, series) => {
        for (const { level, since } of run(series, by)) expect(since !== null).toBe(level > 0)
      }),
    )
  })
})
