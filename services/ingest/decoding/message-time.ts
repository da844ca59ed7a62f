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

let lastTime = -1
let lastText = ''
/** RFC 3339 in UTC with milliseconds. Messages come in bursts of one millisecond, so the last text is kept. */
export function timeText(time: number): string {
  if (time !== lastTime) {
    lastText = new Date(time).toISOString()
    lastTime = time
  }
  return lastText
}
