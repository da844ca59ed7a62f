// Any sequence of findings, commands, devices, silences and passing time, over restarts in between, against the real tables:
// never two open alerts of a key, never an alert in an illegal state, never a timer without its owner, and in the end all is told.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createManualClock } from '../kernel/clock/manual-clock.ts'
import { type Testbed, until } from './alerts-testbed.ts'
import { createTestbeds } from './create-testbeds.ts'
import type { AlertRecord } from './life-cycle/alert-record.ts'
import { faultsOf } from './life-cycle/story.ts'

const beds = createTestbeds()
const kinds = ['smoke', 'fire', 'illegal_parking'] as const
const cameras = ['cam-1', 'cam-2'] as const

type Deed = (bed: Testbed) => Promise<unknown>
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({
        kind: fc.constantFrom(...kinds),
        cameraId: fc.constantFrom(...cameras),
        phase: fc.constantFrom('started', 'continued', 'ended'),
        findingId: fc.constantFrom('f1', 'f2'),
        severity: fc.constantFrom('low', 'critical'),
      })
      .map(
        (finding): Deed =>
          (bed) =>
            bed.finding(finding as object),
      ),
  },
  fc.tuple(fc.constantFrom('acknowledge', 'dismiss', 'escalate'), fc.nat()).map(
    ([action, which]): Deed =>
      async (bed) => {
        const ids = [...new Set(bed.steps.map(({ alert }) => alert.id))]
        const id = ids[which % Math.max(1, ids.length)] ?? 'none'
        const answer = await bed.command('alert', id, action, action === 'dismiss' ? { reason: 'false' } : {})
        expect(answer.accepted || answer.code === 'QLY_TRANSITION_REFUSED' || id === 'none').toBe(true)
      },
  ),
  fc.tuple(fc.constantFrom(...cameras), fc.constantFrom('online', 'offline', 'stalled')).map(
    ([camera, status]): Deed =>
      (bed) =>
        bed.device(camera, status as 'online'),
  ),
  fc.constantFrom(...cameras).map(
    (camera): Deed =>
      (bed) =>
        bed.command('silence', '', 'create', {
          matchers: { camera: [camera] },
          reason: 'works',
          until: new Date(bed.clock.now() + 120_000).toISOString(),
        }),
  ),
)

it('keeps the tables sound over anything', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(deed, fc.constantFrom(0, 1000, 30_000, 90_000, 700_000)), { minLength: 5, maxLength: 25 }),
      fc.nat(),
      async (deeds, restartAt) => {
        const clock = createManualClock('2020-06-28T06:00:00.000Z')
        let bed = await beds.open({ clock, fresh: true })
        for (const [index, [happen, pause]] of deeds.entries()) {
          await happen(bed)
          await bed.settled()
          if (index === restartAt % deeds.length) {
            await beds.close(bed)
            bed = await beds.open({ clock })
          }
          await clock.advance(pause)
          await sound(bed)
        }
        await beds.close(bed)
      },
    ),
    { numRuns: 4 },
  )
})

async function sound(bed: Testbed): Promise<void> {
  const { rows, allTimers } = await bed.room.transaction(async (db) => ({
    rows: await db.selectFrom('alert').selectAll().execute(),
    allTimers: await db.selectFrom('timer').selectAll().where('owner', '=', 'alert').execute(),
  }))
  const open = rows.flatMap((row) => (row.open_key === null ? [] : [row.open_key]))
  expect(new Set(open).size).toBe(open.length)
  expect(allTimers.every((timer) => rows.some((row) => row.id === timer.owner_id))).toBe(true)
  for (const row of rows) {
    const record = JSON.parse(row.record) as AlertRecord
    expect(faultsOf(record)).toEqual([])
    const timers = allTimers.filter((timer) => timer.owner_id === row.id)
    expect(Object.fromEntries(timers.map((timer) => [timer.name, timer.due_at]))).toEqual(record.timers)
  }
  // Timers fire beside this test: what they decided is told a moment later.
  await until(async () => {
    const stored = await bed.room.db.selectFrom('alert').select('record').execute()
    const steps = stored.reduce((sum, row) => sum + (JSON.parse(row.record) as AlertRecord).sequence, 0)
    return bed.steps.length === steps
  })
}
