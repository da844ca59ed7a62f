// Points as line protocol (https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/): every number a float, time in milliseconds.
import { escape as escapes } from '@influxdata/influxdb-client'
import type { Point } from '../time-series.ts'

const special = /[, =]/

/** Points as bytes of a write request. */
export interface Lines {
  /** number of points */
  readonly length: number
  /** a line a point, each with its end, so that bodies can be put together */
  readonly bytes: Buffer
}

/** Tags are in canonical form (points.ts) already. */
export function toLines(points: readonly Point[]): Lines {
  let lines = ''
  for (const { measurement, tags, fields, time } of points) {
    lines += special.test(measurement) ? escapes.measurement(measurement) : measurement
    for (const name in tags) lines += `,${text(name)}=${text(tags[name] as string)}`
    let separator = ' '
    for (const name in fields) {
      lines += `${separator}${text(name)}=${fields[name]}`
      separator = ','
    }
    lines += ` ${time}\n`
  }
  return { length: points.length, bytes: Buffer.from(lines) }
}

function text(value: string): string {
  return special.test(value) ? escapes.tag(value) : value
}
