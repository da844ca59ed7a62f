// What every time-series adapter must do; embedded-time-series.test.ts and influx-time-series.integration.test.ts run it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Point, TimeSeriesStore } from './time-series.ts'
import { windowsConformance } from './time-series.windows.conformance.ts'

/** A store that keeps 30 days, and its clock's present: a whole hour. */
export interface TimeSeriesFixture {
  readonly store: TimeSeriesStore
  readonly now: number
  close(): Promise<void>
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export function timeSeriesConformance(name: string, fixture: () => Promise<TimeSeriesFixture>): void {
  describe(`${name} as time series`, () => {
    let engine: TimeSeriesFixture
    let store: TimeSeriesStore
    let now: number
    beforeEach(async () => {
      engine = await fixture()
      store = engine.store
      now = engine.now
      await store.start()
    })
    afterEach(async () => {
      await store.stop()
      await engine.close()
    })

    const point = (deviceId: string, time: number, value: number, more: Partial<Point> = {}): Point => ({
      measurement: 'reading',
      tags: { deviceId, kind: 'river' },
      fields: { level: value },
      time,
      ...more,
    })
    const level = { measurement: 'reading', field: 'level' }
    const lastDay = () => ({ from: now - day, to: now })

    describe('a range', () => {
      it('gives each series with its tags, its samples in order of time, whatever the order of writing', async () => {
        const times = [5, 1, 4, 2, 3].map((index) => now - index * minute)
        await store.write(times.map((time) => point('a', time, time / 1e6)))
        await store.write([point('b', now - minute, -1.5)])
        expect(await store.range(level, lastDay())).toEqual([
          {
            tags: { deviceId: 'a', kind: 'river' },
            samples: times.toSorted().map((time) => ({ time, value: time / 1e6 })),
          },
          { tags: { deviceId: 'b', kind: 'river' }, samples: [{ time: now - minute, value: -1.5 }] },
        ])
      })

      it('holds its beginning and not its end', async () => {
        await store.write([0, 1, 2, 3].map((index) => point('a', now - hour + index, index)))
        const [series] = await store.range(level, { from: now - hour + 1, to: now - hour + 3 })
        expect(series?.samples.map((sample) => sample.value)).toEqual([1, 2])
      })

      it('is cut to the newest samples of each series', async () => {
        const points = ['a', 'b'].flatMap((device) =>
          Array.from({ length: 50 }, (_, index) => point(device, now - hour + index, index)),
        )
        await store.write(points)
        const answer = await store.range(level, lastDay(), 3)
        expect(answer.map((series) => series.samples.map((sample) => sample.value))).toEqual([
          [47, 48, 49],
          [47, 48, 49],
        ])
      })

      it('is empty for what was never written, for an empty range and for one that ends before it begins', async () => {
        await store.write([point('a', now - minute, 1)])
        expect(await store.range({ measurement: 'reading', field: 'nothing' }, lastDay())).toEqual([])
        expect(await store.range({ measurement: 'nothing', field: 'level' }, lastDay())).toEqual([])
        expect(await store.range(level, { from: now, to: now })).toEqual([])
        expect(await store.range(level, { from: now, to: now - day })).toEqual([])
      })

      it('keeps fields and measurements apart, and numbers as they are', async () => {
        const values = [0, -0.1, 5, 1e-9, 123_456_789_012.5, Number.MAX_SAFE_INTEGER]
        await store.write(values.map((value, index) => point('a', now - hour + index, value)))
        await store.write([point('a', now - hour, 7, { fields: { level: 7, ph: 7.25 }, measurement: 'other' })])
        const [series] = await store.range(level, lastDay())
        expect(series?.samples.map((sample) => sample.value)).toEqual(values)
        const [ph] = await store.range({ measurement: 'other', field: 'ph' }, lastDay())
        expect(ph?.samples).toEqual([{ time: now - hour, value: 7.25 }])
      })
    })

    describe('writing', () => {
      it('the same point again overwrites it, other fields of it stay', async () => {
        await store.write([point('a', now - hour, 1, { fields: { level: 1, ph: 7 } })])
        await store.write([point('a', now - hour, 2)])
        await store.write([point('a', now - hour, 2)])
        expect((await store.range(level, lastDay()))[0]?.samples).toEqual([{ time: now - hour, value: 2 }])
        const ph = await store.range({ measurement: 'reading', field: 'ph' }, lastDay())
        expect(ph[0]?.samples).toEqual([{ time: now - hour, value: 7 }])
      })

      it('10,000 points of many series from several callers at once keeps them all', async () => {
        const callers = Array.from({ length: 10 }, (_, caller) =>
          store.write(
            Array.from({ length: 1000 }, (_, index) =>
              point(`device-${index % 20}`, now - hour + caller * 100 + Math.floor(index / 20), index),
            ),
          ),
        )
        await Promise.all(callers)
        const counted = await store.windows(level, lastDay(), day, 'count', [])
        expect(counted.flatMap((series) => series.samples).reduce((sum, sample) => sum + sample.value, 0)).toBe(10_000)
      })

      it('nothing is no fault', async () => {
        await expect(store.write([])).resolves.toBeUndefined()
      })

      it.each([
        ['no field', { fields: {} }],
        ['NaN', { fields: { level: Number.NaN } }],
        ['infinity', { fields: { level: Number.POSITIVE_INFINITY } }],
        ['half a millisecond', { time: 1.5 }],
        ['no measurement', { measurement: '' }],
        ['a line break in a name', { fields: { 'a\nb': 1 } }],
      ])('a point with %s is refused as a whole call', async (_what, wrong) => {
        const bad = store.write([point('a', now - minute, 1), point('a', now - minute, 1, wrong)])
        await expect(bad).rejects.toMatchObject({ code: 'QLY_INPUT_INVALID', retryable: false })
        expect(await store.range(level, lastDay())).toEqual([])
      })

      it('what is older than the retention drops only that', async () => {
        await store.write([point('a', now - 31 * day, 1), point('a', now - 29 * day, 2), point('b', now - 40 * day, 3)])
        const answer = await store.range(level, { from: 0, to: now })
        expect(answer.map((series) => series.samples)).toEqual([[{ time: now - 29 * day, value: 2 }]])
      })
    })

    describe('tags', () => {
      it('select series: one value, any of several, several tags together', async () => {
        await store.write(['a', 'b', 'c'].map((device) => point(device, now - minute, 1)))
        await store.write([point('a', now - minute, 1, { tags: { deviceId: 'a', kind: 'noise' } })])
        const devices = async (tags: Record<string, string | string[]>) =>
          (await store.range({ ...level, tags }, lastDay())).map(
            (series) => `${series.tags.deviceId}/${series.tags.kind}`,
          )
        expect(await devices({ deviceId: 'b' })).toEqual(['b/river'])
        expect(await devices({ deviceId: ['c', 'a', 'none'] })).toEqual(['a/noise', 'a/river', 'c/river'])
        expect(await devices({ deviceId: ['a', 'b'], kind: 'river' })).toEqual(['a/river', 'b/river'])
        expect(await devices({ deviceId: [] })).toEqual([])
        expect(await devices({ zone: 'kerb' })).toEqual([])
      })

      it('may hold any text: commas, quotes, spaces, equals signs, backslashes, Chinese, code', async () => {
        const texts = [
          'a,b c=d',
          `say "no" or 'yes'`,
          'back\\slash and "quote\\"',
          '山塘河 1#',
          `") |> drop() //`,
          // biome-ignore lint/suspicious/noTemplateCurlyInString: what Flux might take for an expression
          '${injected}',
          ' spaces ',
          'emoji 👁',
          '__proto__',
        ]
        await store.write(texts.map((text, index) => point('a', now - minute, index, { tags: { label: text } })))
        for (const [index, text] of texts.entries()) {
          const answer = await store.range({ ...level, tags: { label: text } }, lastDay())
          expect(answer).toEqual([{ tags: { label: text }, samples: [{ time: now - minute, value: index }] }])
        }
        expect(await store.range(level, lastDay())).toHaveLength(texts.length)
      })

      it('with control characters or backslashes that would escape are made writable, and found as they were given', async () => {
        const texts = ['line\nbreak', 'ends with \\', 'tab\there', 'escapes\\, twice\\\\=x']
        await store.write(texts.map((text) => point('a', now - minute, 1, { tags: { label: text } })))
        for (const text of texts)
          expect(await store.range({ ...level, tags: { label: text } }, lastDay())).toHaveLength(1)
      })

      it('without a value are no tags', async () => {
        await store.write([point('a', now - minute, 1, { tags: { deviceId: 'a', zone: '' } })])
        expect((await store.range(level, lastDay()))[0]?.tags).toEqual({ deviceId: 'a' })
      })

      it('may have names and fields with odd characters', async () => {
        const odd = {
          measurement: 'my reading,x',
          tags: { 'the tag=1': 'v' },
          fields: { 'a b,c=d': 4 },
          time: now - minute,
        }
        await store.write([odd])
        const answer = await store.range({ measurement: 'my reading,x', field: 'a b,c=d' }, lastDay())
        expect(answer).toEqual([{ tags: { 'the tag=1': 'v' }, samples: [{ time: now - minute, value: 4 }] }])
      })
    })

    windowsConformance({ store: () => store, now: () => now, point })

    describe('the last value', () => {
      it('is the newest of each series, also if it was written first', async () => {
        await store.write([point('a', now - minute, 2), point('b', now - hour, 3)])
        await store.write([point('a', now - hour, 1)])
        const answer = await store.last(level)
        expect(answer.map((series) => [series.tags.deviceId, series.samples])).toEqual([
          ['a', [{ time: now - minute, value: 2 }]],
          ['b', [{ time: now - hour, value: 3 }]],
        ])
      })

      it('may be of this moment, or of a clock that is a little ahead, and is not older than asked', async () => {
        await store.write([point('a', now + 10_000, 1), point('b', now, 2), point('c', now - 2 * day, 3)])
        expect((await store.last(level, day)).map((series) => series.tags.deviceId)).toEqual(['a', 'b'])
        expect((await store.last(level)).map((series) => series.tags.deviceId)).toEqual(['a', 'b', 'c'])
        expect((await store.last({ ...level, tags: { deviceId: 'c' } }))[0]?.samples[0]?.value).toBe(3)
      })
    })

    it('answers check while it runs and refuses work, retryably, once stopped', async () => {
      await store.check()
      await store.stop()
      await store.stop()
      const unavailable = { code: 'QLY_STORAGE_UNAVAILABLE', retryable: true }
      await expect(store.write([point('a', now, 1)])).rejects.toMatchObject(unavailable)
      await expect(store.range(level, lastDay())).rejects.toMatchObject(unavailable)
      await expect(store.check()).rejects.toMatchObject(unavailable)
    })
  })
}
