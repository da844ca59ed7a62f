// "False alarm: not here again" through the room's doors: held back, counted, told; worse things alert; revoked or expired it alerts again.
import { describe, expect, it } from 'vitest'
import type { FindingChanged } from '../contracts/events/finding-changed-v1.ts'
import type { PictureBox } from '../contracts/geometry.ts'
import { createManualClock } from '../kernel/clock/manual-clock.ts'
import { advanceUntil, type Testbed, until } from './alerts-testbed.ts'
import { createTestbeds } from './create-testbeds.ts'

const start = '2020-06-28T06:00:00.000Z'
const day = 86_400_000
const box: PictureBox = [0.2, 0.2, 0.4, 0.4]
const evidence: FindingChanged['evidence'] = [
  { url: '/api/v1/evidence/evidence/a.jpg', sha256: 'a'.repeat(64), at: start, role: 'clean' },
]
let findings = 0
/** Smoke of its own subject, so that only a mark can hold it back. */
const smoke = (more: Partial<FindingChanged> = {}): Partial<FindingChanged> => {
  const findingId = `s${findings++}`
  return { kind: 'smoke', findingId, subject: findingId, severity: 'high', box, evidence, ...more }
}
const opened = (bed: Testbed) => bed.actions().filter((action) => action === 'opened').length

/** Opens an alert and dismisses it as false; the mark's id. */
async function markFalse(bed: Testbed): Promise<string> {
  await bed.finding(smoke())
  const { alert } = await until(() => bed.steps.find(({ step }) => step.action === 'opened'))
  const answer = await bed.command('alert', alert.id, 'dismiss', { reason: 'steam', falseAlarm: true })
  expect(answer).toMatchObject({ accepted: true, result: { id: alert.id, state: 'dismissed' } })
  return (answer.result as { falseMarkId: string }).falseMarkId
}
const heldBack = async (bed: Testbed) =>
  (await bed.registry.getSingleMetric('qianliyan_alerts_held_back_total')?.get())?.values[0]?.value ?? 0

describe('false marks', () => {
  const { open, close } = createTestbeds()

  it('hold back the same kind at the same spot, over a restart too, and say so', async () => {
    const clock = createManualClock(start)
    const first = await open({ clock })
    const id = await markFalse(first)
    expect(await until(() => first.falseMarks[0])).toMatchObject({
      id,
      kind: 'smoke',
      source: { camera: 'hq-lane-07', zone: 'kerb' },
      severity: 'high',
      box,
      author: 'operator-li',
      reason: 'steam',
      until: '2020-07-28T06:00:00.000Z',
      evidence,
      count: 0,
    })
    await first.finding(smoke())
    await until(() => first.falseMarks.find(({ count }) => count === 1))
    expect(await heldBack(first)).toBe(1)
    await close(first)

    const second = await open({ clock })
    const word = smoke({ box: [0.21, 0.2, 0.41, 0.4] })
    await second.finding(word)
    await second.finding({ ...word, phase: 'continued' })
    await second.finding({ ...word, phase: 'ended' })
    await second.settled()
    expect([opened(second), await second.openAlerts(), await heldBack(second)]).toEqual([1, 0, 1])
    await advanceUntil(clock, 60_000, () => second.falseMarks.find(({ count }) => count === 2))
  })

  it('never hold back what is worse, elsewhere, of another camera or kind', async () => {
    const bed = await open({ clock: createManualClock(start) })
    await markFalse(bed)
    await bed.finding(smoke())
    await bed.settled()
    expect(opened(bed)).toBe(1)
    const others = [
      smoke({ severity: 'critical' }),
      smoke({ box: [0.6, 0.6, 0.8, 0.8] }),
      smoke({ cameraId: 'hq-lane-08' }),
      smoke({ kind: 'fire' }),
    ]
    for (const other of others) await bed.finding(other)
    await until(() => opened(bed) === 1 + others.length)
  })

  it('let what is held back alert with the word that says more', async () => {
    const bed = await open({ clock: createManualClock(start) })
    await markFalse(bed)
    const word = smoke()
    await bed.finding(word)
    await bed.settled()
    expect(opened(bed)).toBe(1)
    await bed.finding({ ...word, phase: 'continued', severity: 'critical' })
    await until(() => opened(bed) === 2)
    expect(bed.steps.at(-1)?.alert).toMatchObject({ kind: 'smoke', severity: 'critical' })
  })

  it('alert again once revoked, also with the next word of what goes on', async () => {
    const bed = await open({ clock: createManualClock(start) })
    const id = await markFalse(bed)
    const word = smoke()
    await bed.finding(word)
    await bed.settled()
    expect(opened(bed)).toBe(1)
    expect(await bed.command('false_mark', id, 'revoke')).toMatchObject({
      accepted: true,
      result: { id, endedBy: 'operator-li', count: 1 },
    })
    await bed.finding({ ...word, phase: 'continued' })
    await until(() => opened(bed) === 2)
    await until(() => bed.falseMarks.find(({ endedBy }) => endedBy === 'operator-li'))
    expect(await bed.command('false_mark', id, 'revoke')).toMatchObject({ code: 'QLY_TRANSITION_REFUSED' })
    expect(await bed.command('false_mark', 'none', 'revoke')).toMatchObject({ code: 'QLY_NOT_FOUND' })
    expect(await bed.command('false_mark', id, 'lift')).toMatchObject({ code: 'QLY_INPUT_INVALID' })
  })

  it('expire by themselves, and it alerts again', async () => {
    const clock = createManualClock(start)
    const config = { alerts: { falseMarks: { days: 0.02 } } }
    const bed = await open({ clock, config })
    await markFalse(bed)
    await bed.settled()
    await clock.advance(0.02 * day - 1000)
    await bed.finding(smoke())
    await bed.settled()
    expect(opened(bed)).toBe(1)
    await advanceUntil(clock, 1000, () => bed.falseMarks.find(({ endedBy }) => endedBy === 'system:alerts'))
    await bed.finding(smoke())
    await until(() => opened(bed) === 2)
  })

  it('are made only when asked for, and not beyond their limit: then nothing is dismissed', async () => {
    const bed = await open({
      clock: createManualClock(start),
      config: { alerts: { falseMarks: { maximumActive: 1 } } },
    })
    await markFalse(bed)
    const spot: PictureBox = [0.7, 0.7, 0.9, 0.9]
    await bed.finding(smoke({ box: spot }))
    await until(() => opened(bed) === 2)
    const id = bed.steps.at(-1)?.alert.id ?? ''
    const refused = await bed.command('alert', id, 'dismiss', { reason: 'steam', falseAlarm: true })
    expect(refused).toMatchObject({ accepted: false, code: 'QLY_CONFLICT' })
    expect(await bed.openAlerts()).toBe(1)
    const plain = await bed.command('alert', id, 'dismiss', { reason: 'steam' })
    expect(plain).toMatchObject({ accepted: true, result: { state: 'dismissed' } })
    expect(plain.result).not.toHaveProperty('falseMarkId')
    await bed.finding(smoke({ box: spot }))
    await until(() => opened(bed) === 3)
    expect(await bed.command('alert', id, 'dismiss', { reason: 'x', falseAlarm: 'yes' })).toMatchObject({
      code: 'QLY_INPUT_INVALID',
    })
  })
})
