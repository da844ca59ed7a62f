// Hours of a zone in local time: "07:00-20:00", may pass midnight ("22:00-06:00"); "00:00-24:00" is always; equal ends mean never.

/** Tells whether a moment (ms since the epoch) lies in the hours, in an IANA time zone. */
export function createZoneHours(hours: string, timezone: string): (at: number) => boolean {
  const [from, to] = hours.split('-').map(minutesOf) as [number, number]
  if (from === 0 && to === 1440) return () => true
  const minuteOfDay = createMinuteOfDay(timezone)
  return (at) => {
    const minute = minuteOfDay(at)
    return from <= to ? minute >= from && minute < to : minute >= from || minute < to
  }
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number) as [number, number]
  return Math.min(1440, hours * 60 + minutes)
}

/** Minutes since local midnight. The answer for a minute is remembered: formatting costs more than a frame's decisions. */
function createMinuteOfDay(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  let lastMinute = Number.NaN
  let answer = 0
  return (at) => {
    const minute = Math.floor(at / 60_000)
    if (minute !== lastMinute) {
      lastMinute = minute
      answer = minutesOf(format.format(at))
    }
    return answer
  }
}
