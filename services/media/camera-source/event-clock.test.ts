// Event times: jitter is taken out, wraps and sane sender clocks are followed, insane ones are not; files run on over a rewind.
import { describe, expect, it } from 'vitest'
import { createFileClock, createLiveClock } from './event-clock.ts'

const rate = 90_000
const start = Date.parse('2020-06-28T06:00:00Z')

describe('the clock of a live stream', () => {
  it('takes network jitter out of the times', () => {
    const clock = createLiveClock(rate)
    const jitter = [0, 30, 5, 80, 0, 60, 20, 0]
    const times = jitter.map((late, n) => clock.timeOf(clock.receive(n * 3600, start + n * 40 + late)))
    times.forEach((time, n) => {
      expect(Math.abs(time - (start + n * 40))).toBeLessThan(1)
    })
  })

  it('goes on over the wrap of the 32-bit timestamp', () => {
    const clock = createLiveClock(rate)
    const before = clock.receive(2 ** 32 - 1800, start)
    const after = clock.receive(1800, start + 40)
    expect(clock.timeOf(after) - clock.timeOf(before)).toBeCloseTo(40)
  })

  it('believes a sender whose clock is close to ours, and no other', () => {
    const clock = createLiveClock(rate)
    const timestamp = clock.receive(1_000_000, start + 300)
    const report = (wallClock: number) => ({ source: 1, wallClock, timestamp: 1_000_000 })
    clock.report(report(start), start + 300)
    expect(clock.timeOf(timestamp)).toBeCloseTo(start)
    clock.report(report(start - 86_400_000), start + 300)
    expect(clock.timeOf(timestamp)).toBeCloseTo(start + 300)
  })

  it('begins anew where timestamps jump', () => {
    const clock = createLiveClock(rate)
    clock.receive(0, start)
    const jumped = clock.receive(500_000_000, start + 40)
    expect(clock.timeOf(jumped)).toBeCloseTo(start + 40)
  })
})

describe('the clock of a file', () => {
  it('runs from the start time, whatever the first timestamp, and on over a rewind', () => {
    const clock = createFileClock(start)
    expect([1.4, 1.44, 1.48].map(clock.timeOf).map((time) => Math.round(time - start))).toEqual([0, 40, 80])
    clock.rewind()
    expect([1.4, 1.44].map(clock.timeOf).map((time) => Math.round(time - start))).toEqual([120, 160])
  })

  it('gives pictures without a timestamp one frame each', () => {
    const clock = createFileClock(start)
    const times = [undefined, undefined, undefined].map(clock.timeOf)
    expect(times[2]! - times[1]!).toBeCloseTo(times[1]! - times[0]!)
    expect(times[1]).toBeGreaterThan(times[0]!)
  })
})
