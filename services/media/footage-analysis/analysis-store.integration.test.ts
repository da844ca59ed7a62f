// The store of footage analysis on PostgreSQL, where several workers share it.
import { expect, it } from 'vitest'
import type { FootageChanged } from '../../contracts/events/footage-changed-v1.ts'
import { createFreshDatabase } from '../../kernel/database/postgres/local-postgres.ts'
import { createPostgresDatabase } from '../../kernel/database/postgres/postgres-database.ts'
import { startTestKernel } from '../../kernel/testing/test-kernel.ts'
import { openAnalysisStore } from './analysis-store.ts'

const server = process.env.QLY_TEST_POSTGRES_URL
if (!server) throw new Error('QLY_TEST_POSTGRES_URL is not set: run `npm run servers -- up`')

it('tells an end once among two workers, and the place of a side-car that comes before, with it or after', async () => {
  const fresh = await createFreshDatabase(server)
  const kernel = await startTestKernel()
  const database = createPostgresDatabase(kernel, { url: fresh.url, maximumConnections: 6 })
  await database.start()
  const signal = new AbortController().signal
  const stores = [
    await openAnalysisStore({ ...kernel, database }, signal),
    await openAnalysisStore({ ...kernel, database }, signal),
  ] as const
  const told: FootageChanged[] = []
  await kernel.bus.tail({ topics: ['qly.footage.v1'], from: 'earliest' }, ({ event }) => void told.push(event.data))
  const at = new Date().toISOString()
  const uploaded = (footageId: string, name: string): FootageChanged => ({
    footageId,
    state: 'uploaded',
    name,
    sizeBytes: 1,
    pilot: 'wang',
    at,
  })
  const summary = { frames: 4, seconds: 1.5, objects: { car: 2 }, mostAtOnce: { car: 1 } }
  const telemetry = { points: 2, location: [120.5884, 31.3271] as [number, number] }
  const [one, two] = stores
  try {
    const count = 12
    for (let number = 0; number < count; number++) {
      const video = uploaded(`v${number}`, `DJI_${number}.MP4`)
      // at the same time: the place must not fall between the two
      await Promise.all([
        one.end(video, { state: 'analysed', summary }),
        two.end(video, { state: 'analysed', summary }),
        two.keepSideCar(uploaded(`s${number}`, `DJI_${number}.SRT`), telemetry),
      ])
      expect(await two.isDone(video.footageId)).toBe(true)
    }
    await expect
      .poll(() => new Set(told.flatMap((each) => (each.summary?.location ? [each.footageId] : []))).size)
      .toBe(count)
    const ends = told.filter(({ summary }) => summary && !summary.location)
    expect(new Set(ends.map(({ footageId }) => footageId)).size).toBe(ends.length)
    expect(told.length).toBeLessThanOrEqual(2 * count)
    await two.end(uploaded('v0', 'DJI_0.MP4'), { state: 'failed', reason: 'late' })
    expect(told.some(({ reason }) => reason === 'late')).toBe(false)
  } finally {
    for (const store of stores) await store.stop()
    await database.stop()
    await fresh.drop()
    await kernel.stop()
  }
}, 60_000)
