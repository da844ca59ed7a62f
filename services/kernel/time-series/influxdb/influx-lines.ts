// Points as line protocol (https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/): every number a float, time in milliseconds.
import { escape as escapes } from '@influxdata/influxdb-client'
import type { Point } from '../time-series.ts'

const special = /[, =]/

/** The body of a write request: one line a point. Tags are in canonical form (points.ts) already. */
export function toLines(points: readonly Point[]): string {
  let lines = ''
  for (const { measurement, tags, fields, time } of points) {
    if (lines !== '') lines += '\n'
    lines += special.test(measurement) ? escapes.measurement(measurement) : measurement
    for (const name in tags) lines += `,${text(name)}=${text(tags[name] as string)}`
    let separator = ' '
    for (const name in fields) {
      lines += `${separator}${text(name)}=${fields[name]}`
      separator = ','
    }
    lines += ` ${time}`
  }
  return lines
}

function text(value: string): string {
  return special.test(value) ? escapes.tag(value) : value
}
