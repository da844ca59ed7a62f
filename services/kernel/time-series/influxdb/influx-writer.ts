// Writing to InfluxDB: gzipped batches, each awaited until the server has acknowledged it, retried while it cannot.
// Not through the client's WriteApi: its flush and close resolve with batches still under way, and its retry buffer forgets in silence.
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { InfluxDB } from '@influxdata/influxdb-client'
import { AppError, asAppError } from '../../../contracts/errors.ts'
import type { Kernel } from '../../kernel.ts'
import { counter, gauge, histogram } from '../../metrics/metrics.ts'
import { createGroupCommit } from '../group-commit.ts'
import type { Point } from '../time-series.ts'
import { influxError, isBeyondRetention, statusOf } from './influx-errors.ts'
import { type Lines, toLines } from './influx-lines.ts'

export interface InfluxWriter {
  /** Resolves once InfluxDB has acknowledged all points. They become lines at once: while they wait, only bytes are held. */
  write(points: readonly Point[]): Promise<void>
  /** Gives up waiting for another try, and resolves when nothing is under way any more. */
  close(): Promise<void>
}

export interface InfluxWriterConfig {
  readonly org: string
  readonly bucket: string
  /** lines a request */
  readonly batchSize: number
  /** points that may wait for an acknowledgement; a call beyond that is rejected at once, and its caller keeps the points */
  readonly retryBufferPoints: number
}

/** Pauses before the tries after the first, in milliseconds; then the caller hears of it, keeps the points and tries again itself. */
const pauses = [250, 1000, 4000]
const requestsInFlight = 4

export function createInfluxWriter(
  { clock, logger, registry }: Pick<Kernel, 'clock' | 'logger' | 'registry'>,
  influx: InfluxDB,
  config: InfluxWriterConfig,
  ensureBucket: () => Promise<void>,
): InfluxWriter {
  const written = counter(registry, 'qianliyan_timeseries_points_written_total', 'Points that InfluxDB acknowledged.')
  const refused = counter(registry, 'qianliyan_timeseries_points_refused_total', 'Points not stored, by reason.', [
    'reason',
  ])
  const waiting = gauge(registry, 'qianliyan_timeseries_points_waiting', 'Points that wait for an acknowledgement.')
  const seconds = histogram(registry, 'qianliyan_timeseries_request_seconds', 'Duration of write requests to InfluxDB.')
  const closing = new AbortController()
  const path = `/api/v2/write?${new URLSearchParams({ org: config.org, bucket: config.bucket, precision: 'ms' })}`
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-encoding': 'gzip' }

  const request = async (lines: Buffer) => {
    const end = seconds.startTimer()
    try {
      await post(influx, path, lines, headers)
    } finally {
      end()
    }
  }
  const send = async (points: number, body: Buffer) => {
    for (let tried = 0; ; tried++) {
      try {
        await request(body)
        return written.inc(points)
      } catch (thrown) {
        const error = influxError(thrown, `writing ${points} points`)
        if (isBeyondRetention(error)) return tellDropped(error, points)
        const pause = pauses[tried]
        if (!error.retryable || pause === undefined || closing.signal.aborted) throw error
        if (statusOf(error) === 404) await ensureBucket()
        await clock.sleep(pause, closing.signal).catch(() => {
          throw error
        })
      }
    }
  }
  const tellDropped = (error: AppError, points: number) => {
    const dropped = Number(/dropped=(\d+)/.exec(error.message)?.[1] ?? points)
    refused.inc({ reason: 'retention' }, dropped)
    written.inc(Math.max(0, points - dropped))
    logger.info({ dropped }, 'InfluxDB dropped points that are older than its retention')
  }
  const commits = createGroupCommit<Lines>({
    mostPoints: config.batchSize,
    lanes: requestsInFlight,
    async commit(loads) {
      const points = loads.reduce((sum, lines) => sum + lines.length, 0)
      await send(points, await compress(Buffer.concat(loads.map((lines) => lines.bytes)), fastest))
    },
  })
  const add = (points: readonly Point[]): Promise<void> => {
    const done = commits.add(toLines(points))
    waiting.set(commits.waiting)
    return done.finally(() => waiting.set(commits.waiting))
  }

  return {
    write(points) {
      if (commits.waiting > 0 && commits.waiting + points.length > config.retryBufferPoints) {
        refused.inc({ reason: 'buffer_full' }, points.length)
        logger.warn(
          { waiting: commits.waiting, points: points.length },
          'too many points wait for InfluxDB; their caller keeps them',
        )
        return Promise.reject(
          new AppError('QLY_STORAGE_UNAVAILABLE', `${commits.waiting} points wait for InfluxDB already`),
        )
      }
      return points.length <= config.batchSize ? add(points) : eachBatch(points, config.batchSize, add)
    },
    async close() {
      closing.abort(new AppError('QLY_STORAGE_UNAVAILABLE', 'the time series are stopped'))
      await commits.drain()
    },
  }
}

/** Line protocol repeats itself so much that the fastest level makes little more of it than the client's own, in a third of the time. */
const fastest = { level: constants.Z_BEST_SPEED }
const compress = promisify<Buffer, { level: number }, Buffer>(gzip)

/** The client's `request` takes no bytes; its `send` passes on what it is given. */
function post(influx: InfluxDB, path: string, body: Buffer, headers: Readonly<Record<string, string>>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const options = { method: 'POST', headers: { ...headers } }
  influx.transport.send(path, body as unknown as string, options, { error: reject, complete: resolve, next: () => {} })
  return promise
}

/** Batches of one call go out side by side; the first failure is told when all have ended. */
async function eachBatch(
  points: readonly Point[],
  size: number,
  send: (batch: readonly Point[]) => Promise<void>,
): Promise<void> {
  let next = 0
  const failures: unknown[] = []
  const lane = async () => {
    while (next < points.length && failures.length === 0) {
      const from = next
      next += size
      await send(points.slice(from, from + size)).catch((error) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: requestsInFlight }, lane))
  if (failures.length > 0) throw asAppError(failures[0])
}
