// Our own store: chunks of samples in SQLite, through its public door.
import { createManualClock } from '../../../services/kernel/clock/manual-clock.ts'
import { silentLogger } from '../../../services/kernel/logging/logger.ts'
import { createEmbeddedTimeSeries } from '../../../services/kernel/time-series/embedded/embedded-time-series.ts'
import type { Point } from '../../../services/kernel/time-series/time-series.ts'
import { beginMs, type Candidate, devices, fields, minuteMs, type Span, sampleValue } from './candidate.ts'

const hour = 3_600_000
const fieldNames = Array.from({ length: fields }, (_, field) => `f${field}`)
const deviceNames = Array.from({ length: devices }, (_, device) => `device-${device}`)

export async function createChunks(directory: string, endMs: number): Promise<Candidate> {
  const clock = createManualClock(endMs)
  const store = createEmbeddedTimeSeries({ clock, logger: silentLogger }, { directory, retentionDays: 3650 })
  await store.start()
  return {
    name: 'SQLite, chunks',
    load: (span) => store.write(pointsOf(span)),
    loaded: async () => {},
    write: (span) => store.write(pointsOf(span)),
    async range(series, from, to) {
      const tags = { deviceId: deviceNames[Math.floor(series / fields)] as string }
      const answer = await store.range({ measurement: 'reading', field: `f${series % fields}`, tags }, { from, to })
      return answer[0]?.samples.length ?? 0
    },
    async windows(chosen, field, from, to) {
      const tags = { deviceId: chosen.map((device) => deviceNames[device] as string) }
      const answer = await store.windows(
        { measurement: 'reading', field: `f${field}`, tags },
        { from, to },
        hour,
        'mean',
      )
      return answer.reduce((sum, series) => sum + series.samples.length, 0)
    },
    last: async (field) => (await store.last({ measurement: 'reading', field: `f${field}` })).length,
    close: () => store.stop(),
  }
}

/** One point a device and minute, with all its fields. */
function pointsOf({ from, to }: Span): Point[] {
  const points: Point[] = []
  for (let minute = from; minute < to; minute++)
    for (let device = 0; device < devices; device++)
      points.push({
        measurement: 'reading',
        tags: { deviceId: deviceNames[device] as string, kind: 'river' },
        fields: Object.fromEntries(
          fieldNames.map((name, field) => [name, sampleValue(device * fields + field, minute)]),
        ),
        time: beginMs + minute * minuteMs,
      })
  return points
}
