// Part of time-series.conformance.ts: window aggregates.
import { beforeEach, describe, expect, it } from 'vitest'
import type { Aggregate, Point, TimeSeriesStore } from './time-series.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const level = { measurement: 'reading', field: 'level' }

export interface WindowsFixture {
  store(): TimeSeriesStore
  /** the clock's present, a whole hour */
  now(): number
  point(deviceId: string, time: number, value: number, more?: Partial<Point>): Point
}

export function windowsConformance(fixture: WindowsFixture): void {
  describe('windows', () => {
    let now = 0
    beforeEach(() => {
      now = fixture.now()
    })
    const lastDay = (end: number) => ({ from: end - day, to: end })
    const write = () =>
      fixture
        .store()
        .write([
          ...[3, 1, 2, 10].map((value, index) => fixture.point('a', now - 2 * hour + index * minute, value)),
          ...[5, 7].map((value, index) => fixture.point('a', now - hour + index * minute, value)),
          fixture.point('b', now - 2 * hour + 30 * minute, 100),
          fixture.point('c', now - 2 * hour, 4, { tags: { deviceId: 'c', kind: 'noise' } }),
        ])

    it.each<[Aggregate, number, number]>([
      ['mean', 4, 6],
      ['min', 1, 5],
      ['max', 10, 7],
      ['sum', 16, 12],
      ['count', 4, 2],
      ['last', 10, 7],
    ])('give the %s of each hour', async (aggregate, first, second) => {
      await write()
      const answer = await fixture.store().windows({ ...level, tags: { deviceId: 'a' } }, lastDay(now), hour, aggregate)
      expect(answer).toEqual([
        {
          tags: { deviceId: 'a', kind: 'river' },
          samples: [
            { time: now - 2 * hour, value: first },
            { time: now - hour, value: second },
          ],
        },
      ])
    })

    it('keep apart only the tags that are named', async () => {
      await write()
      const byKind = await fixture.store().windows(level, lastDay(now), hour, 'max', ['kind'])
      expect(byKind).toEqual([
        { tags: { kind: 'noise' }, samples: [{ time: now - 2 * hour, value: 4 }] },
        {
          tags: { kind: 'river' },
          samples: [
            { time: now - 2 * hour, value: 100 },
            { time: now - hour, value: 7 },
          ],
        },
      ])
      const together = await fixture.store().windows(level, lastDay(now), hour, 'count', [])
      expect(together).toEqual([
        {
          tags: {},
          samples: [
            { time: now - 2 * hour, value: 6 },
            { time: now - hour, value: 2 },
          ],
        },
      ])
      const last = await fixture.store().windows(level, lastDay(now), day * 100, 'last', [])
      expect(last.flatMap((series) => series.samples.map((sample) => sample.value))).toEqual([7])
      expect(await fixture.store().windows(level, lastDay(now), hour, 'sum')).toHaveLength(3)
    })

    it('begin at whole multiples, also where the range begins within one', async () => {
      await write()
      const range = { from: now - 2 * hour + 2 * minute, to: now - hour + 1 }
      const answer = await fixture.store().windows({ ...level, tags: { deviceId: 'a' } }, range, hour, 'sum')
      expect(answer[0]?.samples).toEqual([
        { time: now - 2 * hour, value: 12 },
        { time: now - hour, value: 5 },
      ])
    })

    it('of no length, or far too many of them, are refused', async () => {
      for (const every of [0, -1, 0.5, Number.NaN, 1])
        await expect(fixture.store().windows(level, lastDay(now), every, 'mean')).rejects.toMatchObject({
          code: 'QLY_INPUT_INVALID',
        })
    })
  })
}
