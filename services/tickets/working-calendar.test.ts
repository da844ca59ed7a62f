// Deadlines over real weeks: weekends, the Dragon Boat holiday of 2020 and the Sunday that was worked to make up for it.
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadOrganisation } from '../kernel/config/load-organisation.ts'
import { deadline, isWorkingTime } from './working-calendar.ts'

const { calendar } = loadOrganisation(path.resolve(import.meta.dirname, '../../infra/huqiu/organisation.yaml'))
const zone = 'Asia/Shanghai'
const at = (local: string) => Date.parse(`${local}+08:00`)
const local = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16)

describe('limits in working time', () => {
  it.each([
    ['within the morning', '2020-06-23T09:00', 2, 'work_hour', '2020-06-23T11:00'],
    ['over the lunch break', '2020-06-23T11:00', 2, 'work_hour', '2020-06-23T15:00'],
    ['exactly to the end of the day', '2020-06-23T14:00', 4, 'work_hour', '2020-06-23T18:00'],
    ['over the night', '2020-06-23T17:00', 2, 'work_hour', '2020-06-24T09:00'],
    ['from the night on', '2020-06-23T23:30', 1, 'work_hour', '2020-06-24T09:00'],
    ['over the Dragon Boat holiday, to the Sunday made up', '2020-06-24T17:00', 2, 'work_hour', '2020-06-28T09:00'],
    ['over a usual weekend', '2020-06-19T17:30', 1, 'work_hour', '2020-06-22T08:30'],
    ['one working day: the end of the next', '2020-06-23T09:00', 1, 'work_day', '2020-06-24T18:00'],
    ['two working days over the holiday', '2020-06-24T09:00', 2, 'work_day', '2020-06-29T18:00'],
    ['twenty working days over the National Day', '2026-09-18T09:00', 20, 'work_day', '2026-10-22T18:00'],
    ['urgent hours run day and night', '2020-06-25T23:00', 2, 'urgent_hour', '2020-06-26T01:00'],
    ['natural days', '2020-06-25T23:00', 7, 'natural_day', '2020-07-02T23:00'],
  ] as const)('%s', (_name, start, amount, unit, end) => {
    expect(local(deadline(at(start), { amount, unit }, calendar, zone))).toBe(end)
  })

  it('always end in working time, later than they began, and longer limits later', () => {
    const start = fc.integer({ min: at('2020-01-01T00:00'), max: at('2021-01-01T00:00') })
    const hours = fc.double({ min: 0.1, max: 60, noNaN: true })
    fc.assert(
      fc.property(start, hours, hours, (from, a, b) => {
        const ends = [a, b]
          .sort((x, y) => x - y)
          .map((amount) => deadline(from, { amount, unit: 'work_hour' }, calendar, zone))
        expect(isWorkingTime((ends[0] ?? 0) - 1, calendar, zone)).toBe(true)
        expect(ends[0]).toBeGreaterThan(from)
        expect(ends[1]).toBeGreaterThanOrEqual(ends[0] ?? 0)
      }),
      { numRuns: 200 },
    )
  })
})
