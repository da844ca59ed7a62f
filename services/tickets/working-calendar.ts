// Deadlines in 工作时, 工作日, 紧急工作时 and natural days over a real calendar with holidays and made-up working days (domain.md §6.4). Pure.
import { DateTime } from 'luxon'
import type { TimeLimit, WorkingCalendar } from '../contracts/organisation.ts'

const hourMs = 3_600_000
/** a calendar that never works must not loop for ever */
const longestDays = 3700

/** When a limit that starts at `start` (ms since the epoch) runs out, ms since the epoch. `timezone` is an IANA name. */
export function deadline(
  start: number,
  { amount, unit }: Pick<TimeLimit, 'amount' | 'unit'>,
  calendar: WorkingCalendar,
  timezone: string,
): number {
  switch (unit) {
    case 'urgent_hour':
      return start + amount * hourMs
    case 'natural_day':
      return start + amount * 24 * hourMs
    case 'work_hour':
      return afterWorkingTime(start, amount * hourMs, calendar, timezone)
    case 'work_day':
      return endOfWorkingDay(start, amount, calendar, timezone)
  }
}

/** Whether people work at this moment. */
export function isWorkingTime(at: number, calendar: WorkingCalendar, timezone: string): boolean {
  return shifts(day(at, timezone, 0), calendar).some(([from, to]) => at >= from && at < to)
}

function afterWorkingTime(start: number, duration: number, calendar: WorkingCalendar, timezone: string): number {
  let left = duration
  for (let index = 0; index < longestDays; index++) {
    for (const [from, to] of shifts(day(start, timezone, index), calendar)) {
      const begin = Math.max(from, start)
      const available = to - begin
      if (available <= 0) continue
      if (available >= left) return begin + left
      left -= available
    }
  }
  return start + duration
}

/** The end of work on the n-th working day after the day of `start`; a fraction counts as a whole day. */
function endOfWorkingDay(start: number, days: number, calendar: WorkingCalendar, timezone: string): number {
  let left = Math.ceil(days)
  for (let index = 1; index < longestDays; index++) {
    const end = shifts(day(start, timezone, index), calendar).at(-1)?.[1]
    if (end === undefined) continue
    left -= 1
    if (left === 0) return end
  }
  return start + days * 24 * hourMs
}

const day = (start: number, timezone: string, plus: number): DateTime =>
  DateTime.fromMillis(start, { zone: timezone }).startOf('day').plus({ days: plus })

/** The working hours of a day in order, as [from, to) in ms since the epoch; none on days off. */
function shifts(date: DateTime, calendar: WorkingCalendar): [number, number][] {
  const iso = date.toISODate() ?? ''
  const off = calendar.holidays.some(({ from, to }) => from <= iso && iso <= to)
  const works = calendar.madeUpWorkDays.includes(iso) || (calendar.workDays.includes(date.weekday) && !off)
  if (!works) return []
  return calendar.workHours
    .map((range): [number, number] => {
      const [from = '', to = ''] = range.split('-')
      return [clockTime(date, from), clockTime(date, to)]
    })
    .sort((a, b) => a[0] - b[0])
}

function clockTime(date: DateTime, text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number)
  return (hour === 24 ? date.plus({ days: 1 }) : date.set({ hour, minute })).toMillis()
}
