// Points as line protocol (https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/): every number a float, time in milliseconds.
import { escape as escapes } from '@influxdata/influxdb-client'
import type { Point } from '../time-series.ts'

const special = /[, =]/

/** One line a point. Tags are in canonical form (points.ts) already. */
export function toLines(points: readonly Point[]): string[] {
  return points.map(({ measurement, tags, fields, time }) => {
    let line = special.test(measurement) ? escapes.measurement(measurement) : measurement
    for (const name in tags) line += `,${text(name)}=${text(tags[name] as string)}`
    let separator = ' '
    for (const name in fields) {
      line += `${separator}${text(name)}=${fields[name]}`
      separator = ','
    }
    return `${line} ${time}`
  })
}

function text(value: string): string {
  return special.test(value) ? escapes.tag(value) : value
}
