// Times of devices: RFC 3339 text, or a number of milliseconds (or seconds) since the epoch; how far a device's clock is off.
import { looseNumber } from './read-json.ts'

/** 9999-12-31T23:59:59.999Z, the last moment that RFC 3339 can write */
const latest = 253_402_300_799_999
/** Numbers below are seconds: as milliseconds they would lie before 1973-03-03. */
const secondsBelow = 1e11
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

/** Milliseconds since the epoch, or undefined where the value is no moment. */
export function readTime(value: unknown): number | undefined {
  if (typeof value === 'string' && rfc3339.test(value)) {
    const time = Date.parse(value.replace(' ', 'T'))
    return Number.isNaN(time) || time < 0 ? undefined : time
  }
  const number = looseNumber(value)
  if (number === undefined || number <= 0) return undefined
  const time = Math.round(number < secondsBelow ? number * 1000 : number)
  return time <= latest ? time : undefined
}

/** days up to the 28th only: Date takes February 30 for March 1, and then the text is not the time */
const canonical = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/
/** The time as RFC 3339 in UTC with milliseconds; the text itself where the device wrote it so. */
export function timeTextOf(written: unknown, time: number): string {
  return typeof written === 'string' && canonical.test(written) ? written : timeText(time)
}

const recent = [
  { time: -1, text: '' },
  { time: -1, text: '' },
]
/** RFC 3339 in UTC with milliseconds. Messages come in bursts of one millisecond, so the last two texts are kept. */
export function timeText(time: number): string {
  const slot = recent[time & 1]
  if (slot?.time === time) return slot.text
  const text = new Date(time).toISOString()
  if (slot) {
    slot.time = time
    slot.text = text
  }
  return text
}
