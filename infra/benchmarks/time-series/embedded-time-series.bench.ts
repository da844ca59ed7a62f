// The embedded time series: durable writes as a recorder makes them, and the console's questions over a week of 200 stations.
// The contest of engines at 50 M points is time-series-engines/compare.ts; this shows that nothing has become slower.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createManualClock } from '../../../services/kernel/clock/manual-clock.ts'
import { silentLogger } from '../../../services/kernel/logging/logger.ts'
import { createEmbeddedTimeSeries } from '../../../services/kernel/time-series/embedded/embedded-time-series.ts'
import type { Point, TimeSeriesStore } from '../../../services/kernel/time-series/time-series.ts'
import type { Bench, BenchReport } from '../bench-port.ts'

const now = Date.parse('2020-06-28T12:00:00.000Z')
const minute = 60_000
const hour = 60 * minute
const week = 7 * 24 * hour
const stations = 200

export const bench: Bench = {
  name: 'embedded time series',
  needs: [],
  async run(report) {
    const directory = await mkdtemp(join(tmpdir(), 'qly-series-bench-'))
    const store = createEmbeddedTimeSeries(
      { clock: createManualClock(now), logger: silentLogger },
      { directory, retentionDays: 30 },
    )
    try {
      await store.start()
      await writes(store, report)
      await questions(store, report)
    } finally {
      await store.stop()
      await rm(directory, { recursive: true, force: true })
    }
  },
}

/** Two million samples in batches of ten minutes, then single minutes, as they come in live. */
async function writes(store: TimeSeriesStore, report: BenchReport): Promise<void> {
  const rate = async (from: number, to: number, step: number) => {
    const began = performance.now()
    for (let at = from; at < to; at += step) await store.write(readings(at, Math.min(at + step, to)))
    return (stations * (to - from)) / ((performance.now() - began) / 1000)
  }
  const minutes = week / minute
  const catchingUp = await rate(0, minutes - 240, 100)
  const live = await rate(minutes - 240, minutes, 1)
  report({ what: 'written durably, 20,000 a commit', value: catchingUp, unit: 'samples/s', target: 50_000 })
  report({ what: 'written durably, 200 series a commit', value: live, unit: 'samples/s', target: 5000 })
}

async function questions(store: TimeSeriesStore, report: BenchReport): Promise<void> {
  const level = { measurement: 'reading', field: 'level' }
  const one = { ...level, tags: { deviceId: 'river-42' } }
  const ask = async (what: string, target: number, question: () => Promise<unknown>) => {
    const times: number[] = []
    for (let round = 0; round < 9; round++) {
      const began = performance.now()
      await question()
      times.push(performance.now() - began)
    }
    report({ what, value: times.sort((a, b) => a - b)[4] ?? 0, unit: 'ms', target })
  }
  await ask('a day of one series', 20, () => store.range(one, { from: now - 24 * hour, to: now }))
  await ask('hourly means of a week, one series', 20, () =>
    store.windows(one, { from: now - week, to: now }, hour, 'mean'),
  )
  await ask('hourly means of a week, 200 series', 500, () =>
    store.windows(level, { from: now - week, to: now }, hour, 'mean'),
  )
  await ask('last values of 200 series', 50, () => store.last(level))
}

function readings(from: number, to: number): Point[] {
  const points: Point[] = []
  for (let at = from; at < to; at++)
    for (let station = 0; station < stations; station++)
      points.push({
        measurement: 'reading',
        tags: { deviceId: `river-${station}`, kind: 'river' },
        fields: { level: Math.round((3.6 + Math.sin(at / 700 + station)) * 1000) / 1000 },
        time: now - week + at * minute,
      })
  return points
}
