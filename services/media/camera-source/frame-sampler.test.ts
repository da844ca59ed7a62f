// The rate holds by event time: for steady, jittering, slow and interrupted streams.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backOff } from './back-off.ts'
import { createFrameSampler } from './frame-sampler.ts'
import { maskUrl } from './mask-url.ts'

const taken = (wanted: number, times: number[]) => {
  const sampler = createFrameSampler(wanted)
  return times.filter((time) => sampler.wants(time))
}
const stream = (fps: number, seconds: number, from = 0) =>
  Array.from({ length: fps * seconds }, (_, n) => from + (n * 1000) / fps)

describe('sampling', () => {
  it.each([
    [5, 25, 50],
    [5, 30, 50],
    [5, 12, 50],
    [10, 25, 100],
    [25, 25, 250],
    [30, 25, 250],
    [0.5, 25, 5],
  ])('takes %d frames a second of a stream of %d', (wanted, fps, expected) => {
    expect(Math.abs(taken(wanted, stream(fps, 10)).length - expected)).toBeLessThanOrEqual(1)
  })

  it('keeps the rate of a stream whose times jitter', () => {
    const times = stream(25, 20).map((time, n) => time + ((n * 7) % 5) * 2)
    expect(taken(25, times).length).toBe(500)
  })

  it('makes nothing up for a gap, and goes on after the clock went back', () => {
    expect(taken(5, [...stream(25, 1), ...stream(25, 1, 60_000)]).length).toBe(10)
    expect(taken(5, [...stream(25, 2, 100_000), ...stream(25, 2)]).length).toBe(20)
  })

  it('never takes more than the rate, for any times that go forward', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 200 }), (steps) => {
        let time = 0
        const times = steps.map((step) => (time += step))
        const span = times.at(-1)! - times[0]!
        expect(taken(5, times).length).toBeLessThanOrEqual(span / 200 + 2)
      }),
    )
  })
})

describe('back-off', () => {
  it('doubles to its limit, less a random part', () => {
    const config = { initialMs: 500, maximumMs: 30_000, jitter: 0.3 }
    expect([1, 2, 3, 7, 50].map((n) => backOff(n, config, () => 0))).toEqual([500, 1000, 2000, 30_000, 30_000])
    expect(backOff(1, config, () => 1)).toBe(350)
  })
})

describe('addresses in messages', () => {
  it.each([
    ['rtsp://admin:p@ss/w@10.0.0.1/live', 'rtsp://***@10.0.0.1/live'],
    ['rtsp://admin:p%40ss@10.0.0.1:554/live', 'rtsp://***@10.0.0.1:554/live'],
    ['rtsp://10.0.0.1/cam?user=a&password=b', 'rtsp://10.0.0.1/cam?***'],
    ['file:///a/b.mp4', 'file:///a/b.mp4'],
  ])('%s is shown as %s', (source, shown) => {
    expect(maskUrl(source)).toBe(shown)
  })
})
