// Wall-clock times of drones carry no zone: they are read in the zone of the place. Pure.

/** Milliseconds since the epoch of a local time `2022-08-07T13:40:40.774` in an IANA zone. In the hour that comes twice in autumn: one of the two. */
export function fromLocalTime(local: string, timeZone: string): number {
  const wall = Date.parse(`${local}Z`)
  const first = wall - offsetAt(wall, timeZone)
  // the offset at the moment itself, which differs near a change of the clocks
  return wall - offsetAt(first, timeZone)
}

/** What the zone is ahead of UTC at a moment, in milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at)
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value)
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return shown - Math.floor(at / 1000) * 1000
}
