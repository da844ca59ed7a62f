// Lost devices, and what people are told, through the room's doors.
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../kernel/clock/manual-clock.ts'
import { advanceUntil, until } from './alerts-testbed.ts'
import { createTestbeds } from './create-testbeds.ts'

const start = '2020-06-28T06:00:00.000Z'
const minute = 60_000

describe('the alerts service', () => {
  const { open } = createTestbeds()

  describe('devices', () => {
    it('that stay lost raise an alert after their quiet time, and clear it when they are back', async () => {
      const clock = createManualClock(start)
      const bed = await open({
        clock,
        config: { devices: [{ id: 'river-01', kind: 'river', name: '山塘河 1 号', location: [120.6, 31.3] }] },
      })
      await bed.device('river-01', 'online', { kind: 'river' })
      await bed.device('river-01', 'offline', { kind: 'river', reason: 'last will' })
      await bed.settled()
      await clock.advance(9 * minute)
      await bed.settled()
      expect(bed.steps).toEqual([])
      await advanceUntil(clock, minute, () => bed.steps[0])
      expect(bed.steps[0]?.alert).toMatchObject({
        kind: 'device_offline',
        source: { device: 'river-01' },
        location: [120.6, 31.3],
        summary: { zh: expect.stringContaining('山塘河 1 号 失联'), en: expect.stringContaining('last will') },
      })
      await bed.device('river-01', 'online', { kind: 'river' })
      await bed.settled()
      await advanceUntil(clock, 10_000, () => bed.steps.find(({ step }) => step.action === 'cleared'))
    })

    it('that come back in time, land as drones do, or say that they stopped, raise none', async () => {
      const clock = createManualClock(start)
      const bed = await open({ clock })
      await bed.device('cam-1', 'offline')
      await bed.device('drone-1', 'offline', { kind: 'drone' })
      await bed.device('river-01', 'stopped', { kind: 'river' })
      await bed.settled()
      await clock.advance(30_000)
      await bed.device('cam-1', 'online')
      await bed.settled()
      await clock.advance(60 * minute)
      await bed.settled()
      expect(bed.steps).toEqual([])
    })

    it('that are configured and never heard of are missed', async () => {
      const clock = createManualClock(start)
      const bed = await open({ clock, config: { devices: [{ id: 'gas-01', kind: 'gas' }] } })
      await advanceUntil(clock, minute, () => bed.steps[0])
      expect(bed.steps[0]?.alert.summary.en).toContain('never been heard of')
    })
  })

  describe('notices', () => {
    it('tell a group together, then its news at an interval, then ever more rarely what nobody acknowledges', async () => {
      const clock = createManualClock(start)
      const bed = await open({ clock, config: { alerts: { groups: { repeatSeconds: [600, 3600] } } } })
      const kind = 'zombie_vehicle'
      await bed.finding({ kind, subject: 'a' })
      await bed.finding({ kind, subject: 'b' })
      await bed.settled()
      await clock.advance(31_000)
      await until(() => bed.notices.length === 1)
      await bed.finding({ kind, subject: 'c' })
      await bed.settled()
      const wait = async (count: number) => advanceUntil(clock, 30_000, () => bed.notices.length >= count)
      await wait(4)
      const seconds = bed.notices.map(({ at }) => (Date.parse(at) - Date.parse(start)) / 1000)
      expect(bed.notices.map(({ reason, openCount, repeat }) => [reason, openCount, repeat])).toEqual([
        ['new', 2, 0],
        ['changed', 3, 0],
        ['repeated', 3, 1],
        ['repeated', 3, 2],
      ])
      for (const [index, expected] of [30, 330, 930, 4530].entries()) expect(seconds[index]).toBeCloseTo(expected, -1.5)
      expect(bed.actions().filter((action) => action === 'reminded')).toHaveLength(6)
      for (const { alert } of bed.steps.filter(({ step }) => step.action === 'opened'))
        await bed.command('alert', alert.id, 'acknowledge')
      await clock.advance(120 * minute)
      await bed.settled()
      expect(bed.notices).toHaveLength(4)
    })

    it('are not issued of what somebody acknowledges before', async () => {
      const clock = createManualClock(start)
      const bed = await open({ clock })
      await bed.finding()
      const { alert } = await until(() => bed.steps[0])
      await bed.command('alert', alert.id, 'acknowledge')
      await bed.settled()
      await clock.advance(10 * minute)
      await bed.settled()
      expect(bed.notices).toEqual([])
      await bed.finding({ phase: 'continued', severity: 'critical' })
      expect(await until(() => bed.notices[0])).toMatchObject({ reason: 'new', severity: 'critical' })
    })

    it('of critical alerts are issued at once', async () => {
      const bed = await open({ clock: createManualClock(start) })
      await bed.finding({ kind: 'fire' })
      expect(await until(() => bed.notices[0])).toMatchObject({ reason: 'new', severity: 'critical', openCount: 1 })
    })

    it('say what the storm limit dropped', async () => {
      const clock = createManualClock(start)
      const bed = await open({ clock, config: { alerts: { storm: { openPerKind: 5 } } } })
      for (let index = 0; index < 12; index++) await bed.finding({ subject: `car-${index}`, findingId: `f${index}` })
      await bed.finding({ kind: 'smoke' })
      await bed.settled()
      expect(await bed.openAlerts()).toBe(6)
      await advanceUntil(clock, 10_000, () => bed.notices.find(({ reason }) => reason === 'storm'))
      expect(bed.notices.find(({ reason }) => reason === 'storm')).toMatchObject({
        groupKey: 'storm/illegal_parking',
        droppedCount: 7,
      })
      expect(await bed.registry.getSingleMetricAsString('qianliyan_alerts_dropped_total')).toContain(
        '{kind="illegal_parking"} 7',
      )
      await bed.finding({ subject: 'car-0', findingId: 'f0', phase: 'ended' })
      await bed.settled()
      await clock.advance(2 * minute)
      await bed.finding({ subject: 'car-11', findingId: 'f11', phase: 'continued' })
      await until(() => bed.steps.find(({ alert }) => alert.key.endsWith('car-11')))
    })
  })
})
