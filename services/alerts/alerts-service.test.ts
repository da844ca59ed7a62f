// The room through its doors: events in, events out, over restarts, on the embedded bus and SQLite.
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../kernel/clock/manual-clock.ts'
import { advanceUntil, findingEvent, until } from './alerts-testbed.ts'
import { createTestbeds } from './create-testbeds.ts'
import { findingOf } from './life-cycle/story.ts'

const start = '2020-06-28T06:00:00.000Z'
const minute = 60_000

describe('the alerts service', () => {
  const { open, close } = createTestbeds()

  it('makes one alert of 1,000 triggers at once, and counts them', async () => {
    const bed = await open({ config: { alerts: { repeatedEverySeconds: 1 } } })
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        bed.finding({ findingId: `f${index}`, phase: index % 2 ? 'started' : 'continued' }),
      ),
    )
    await until(() => bed.steps.some(({ alert }) => alert.count === 1000))
    expect(new Set(bed.steps.map(({ alert }) => alert.id)).size).toBe(1)
    expect(bed.actions().filter((action) => action === 'opened')).toHaveLength(1)
    expect(bed.steps.length).toBeLessThan(10)
    expect(await bed.openAlerts()).toBe(1)
  })

  it('passes the trace on, and says where by configuration', async () => {
    const camera = {
      id: 'hq-lane-07',
      name: '后宝元街北口',
      source: 'rtsp://127.0.0.1/x',
      location: [120.5884, 31.3271],
    }
    const bed = await open({ config: { cameras: [camera] } })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const { topic, event } = findingEvent(findingOf())
    const traces: (string | undefined)[] = []
    await bed.bus.tail(
      { topics: ['qly.alert.v1'], from: 'latest' },
      (delivery) => void traces.push(delivery.event.traceparent),
    )
    await bed.bus.publish([{ topic, event: { ...event, traceparent } } as never])
    await until(() => traces.length > 0)
    expect(traces).toEqual([traceparent])
    expect(bed.steps[0]?.alert.location).toEqual([120.5884, 31.3271])
  })

  it('answers commands: done with the alert, or refused with a code', async () => {
    const bed = await open()
    await bed.finding()
    const { id } = (await until(() => bed.steps[0])).alert
    expect(await bed.command('alert', id, 'dismiss')).toMatchObject({ accepted: false, code: 'QLY_INPUT_INVALID' })
    expect(await bed.command('alert', id, 'paint')).toMatchObject({ accepted: false, code: 'QLY_INPUT_INVALID' })
    expect(await bed.command('alert', 'none', 'acknowledge')).toMatchObject({ accepted: false, code: 'QLY_NOT_FOUND' })
    const done = await bed.command('alert', id, 'acknowledge', { comment: 'on my way' })
    expect(done).toMatchObject({ accepted: true, result: { id, state: 'acknowledged', acknowledgedBy: 'operator-li' } })
    expect(await bed.command('alert', id, 'escalate', { severity: 'critical' })).toMatchObject({
      accepted: true,
      result: { severity: 'critical' },
    })
    expect(await bed.command('alert', id, 'dismiss', { reason: 'delivery' })).toMatchObject({
      accepted: true,
      result: { state: 'dismissed' },
    })
    expect(await bed.command('alert', id, 'dismiss', { reason: 'again' })).toMatchObject({
      accepted: false,
      code: 'QLY_TRANSITION_REFUSED',
    })
    await bed.finding({ phase: 'continued' })
    await bed.settled()
    expect(bed.steps.map(({ step }) => [step.action, step.by, step.comment])).toEqual([
      ['opened', 'system:alerts', undefined],
      ['acknowledged', 'operator-li', 'on my way'],
      ['escalated', 'operator-li', undefined],
      ['dismissed', 'operator-li', 'delivery'],
    ])
  })

  it('notes the ticket of an alert', async () => {
    const bed = await open()
    await bed.finding()
    const { id } = (await until(() => bed.steps[0])).alert
    await bed.ticketed({ id: 'ticket-1', alertIds: ['unknown', id] })
    expect(await until(() => bed.steps[1])).toMatchObject({
      alert: { ticketId: 'ticket-1' },
      step: { action: 'ticketed', by: 'system:tickets' },
    })
  })

  it('fires timers after a restart: same alert, once, though it was due while we were down', async () => {
    const clock = createManualClock(start)
    const first = await open({ clock })
    await first.finding({ since: start })
    const { id } = (await until(() => first.steps[0])).alert
    await first.finding({ phase: 'ended' })
    await first.settled()
    await close(first)
    await clock.advance(10 * minute)
    const second = await open({ clock })
    await advanceUntil(clock, 50, () => second.steps.some(({ step }) => step.action === 'cleared'))
    await clock.advance(minute)
    expect(second.actions()).toEqual(['opened', 'cleared'])
    expect(second.steps[1]?.alert).toMatchObject({ id, clearedAt: '2020-06-28T06:01:00.000Z' })
    expect(await second.room.db.selectFrom('timer').selectAll().where('owner', '=', 'alert').execute()).toEqual([])
  })

  it('handles what happened while it was down before its timers: a car that came back keeps its alert', async () => {
    const clock = createManualClock(start)
    const first = await open({ clock })
    await first.finding()
    await first.finding({ phase: 'ended' })
    await first.settled()
    await first.service.stop()
    await clock.advance(30_000)
    await first.finding({ findingId: 'f2' })
    await clock.advance(5 * minute)
    await close(first)
    const second = await open({ clock })
    await advanceUntil(clock, 50, () => second.steps.at(-1)?.alert.count === 2)
    await clock.advance(minute)
    expect(second.actions()).toEqual(['opened', 'repeated'])
  })
})
