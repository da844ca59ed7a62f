// What a camera may cost: budgets never give more than their rate and their burst, whatever is asked of them and when.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBudget } from './budget.ts'
import { createDecodeBudget } from './decode-budget.ts'
import { createIntake } from './intake.ts'

describe('a budget', () => {
  it('gives no more than its rate, its burst and one credit; who waits as told may go on', () => {
    const asked = fc.record({
      amount: fc.integer({ min: 1, max: 500 }),
      pause: fc.integer({ min: 0, max: 300 }),
      waits: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(asked), (spendings) => {
        const budget = createBudget(1000, 0.5)
        let [now, given] = [0, 0]
        for (const { amount, pause, waits } of spendings) {
          now += pause
          if (budget.debt(now) > 0) continue
          given += amount
          const wait = budget.spend(amount, now)
          if (!waits) continue
          now += wait
          expect(budget.debt(now)).toBeLessThan(1e-6)
        }
        expect(given).toBeLessThanOrEqual(500 + now + 500)
      }),
    )
  })

  it('is not filled by a clock that goes back', () => {
    const budget = createBudget(10, 1)
    budget.spend(20, 5000)
    expect(budget.debt(1000)).toBe(1000)
    expect(budget.debt(5500)).toBe(500)
  })
})

describe('the intake of a connection', () => {
  it.each([
    ['bytes', { megabitsPerSecond: 8, packetsPerSecond: 1e9 }, 100_000, 1],
    ['packets', { megabitsPerSecond: 1e6, packetsPerSecond: 1000 }, 100, 100],
  ])('holds back one that sends too many %s, and no other', (_, limits, bytes, packets) => {
    let now = 0
    const intake = createIntake({ monotonic: () => now }, limits)
    // what it may send in a second, twice as fast
    let slept = 0
    for (let chunk = 0; chunk < 100; chunk++) {
      const wait = intake.took(bytes, packets)
      now += 50 + wait
      slept += wait
    }
    expect(now).toBeGreaterThan(8900)
    expect(intake.heldBack).toBeGreaterThan(10)
    expect(slept).toBeGreaterThan(3500)
    const moderate = createIntake({ monotonic: () => now }, limits)
    for (let chunk = 0; chunk < 100; chunk++, now += 100) expect(moderate.took(bytes, packets)).toBe(0)
    expect([moderate.heldBack, moderate.full]).toEqual([0, false])
  })
})

describe('the decode budget', () => {
  const limits = { megapixelsPerSecond: 250, picturesPerSecond: 60 }
  /** Ten seconds of a stream; which pictures were decoded. */
  const play = (fps: number, group: number, width: number, height: number) => {
    let now = 0
    const budget = createDecodeBudget({ monotonic: () => now }, limits)
    const decoded: number[] = []
    for (let picture = 0; picture < 10 * fps; picture++, now += 1000 / fps) {
      if (!budget.allows({ key: picture % group === 0 })) continue
      budget.decoded(width, height)
      decoded.push(picture)
    }
    return decoded
  }

  it.each([
    ['4K at 30 frames a second', 30, 60, 3840, 2160],
    ['1080p at 60', 60, 120, 1920, 1080],
    ['8K at 5', 5, 10, 7680, 4320],
    ['small pictures at 50', 50, 250, 640, 360],
  ])('lets %s through whole', (_, fps, group, width, height) => {
    expect(play(fps, group, width, height)).toHaveLength(10 * fps)
  })

  it.each([
    ['a flood of small pictures', 2000, 50, 640, 360],
    ['48 megapixels at 30', 30, 10, 8000, 6000],
    ['4K at 120', 120, 30, 3840, 2160],
  ])('decodes of %s no more than it may, and begins again at key frames', (_, fps, group, width, height) => {
    const decoded = play(fps, group, width, height)
    expect(decoded.length * Math.max(width * height, 250e6 / 60)).toBeLessThanOrEqual(11 * 250e6 + 2 * width * height)
    expect(decoded.length).toBeGreaterThan(20)
    for (const [index, picture] of decoded.entries()) {
      if (index > 0 && picture !== (decoded[index - 1] ?? 0) + 1) expect(picture % group).toBe(0)
    }
  })
})
