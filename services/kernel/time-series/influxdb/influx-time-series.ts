// Adapter: time series in InfluxDB 2, through @influxdata/influxdb-client.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { InfluxDB, type QueryApi } from '@influxdata/influxdb-client'
import type { TimeSeriesConfig } from '../../../contracts/config/engines.ts'
import { AppError } from '../../../contracts/errors.ts'
import type { Kernel } from '../../kernel.ts'
import {
  acceptedPoints,
  checkWindow,
  clampedRange,
  clockAheadMs,
  defaultLastWithinMs,
  defaultRangeLimit,
  wantedTags,
} from '../points.ts'
import type { SeriesSelector, TimeSeriesStore } from '../time-series.ts'
import { ask } from './influx-answers.ts'
import { ensureBucket } from './influx-bucket.ts'
import { influxError, setupStatuses, statusOf } from './influx-errors.ts'
import { lastQuestion, rangeQuestion } from './influx-questions.ts'
import { askWindows } from './influx-windows.ts'
import { createInfluxWriter, type InfluxWriter } from './influx-writer.ts'

/** Longest silence of the server during a request, in milliseconds. */
const patienceMs = 30_000

interface Open {
  readonly influx: InfluxDB
  readonly writer: InfluxWriter
  readonly queries: QueryApi
  close(): void
}

/**
 * Points older than `retentionDays` are neither taken nor told, as in the embedded store. A write resolves once InfluxDB has acknowledged it;
 * while it cannot be reached, writes are rejected with QLY_STORAGE_UNAVAILABLE (retryable) after about 5 s, and the caller keeps the points.
 */
export function createInfluxTimeSeries(
  deps: Pick<Kernel, 'clock' | 'logger' | 'registry'>,
  config: TimeSeriesConfig['influx'] & { retentionDays: number },
): TimeSeriesStore {
  let opened: Open | undefined
  const oldest = () => Math.max(0, deps.clock.now() - config.retentionDays * 86_400_000)
  const use = (): Open => {
    if (!opened) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'the time series are not started')
    return opened
  }
  /** A tag with an empty list of values can be met by nothing. */
  const isEmpty = (selector: SeriesSelector) => [...wantedTags(selector).values()].some((values) => values.size === 0)

  return {
    async start(signal) {
      if (opened) return
      const opening = open(deps, config)
      try {
        await ensureBucket(opening.influx, config, deps.logger)
        signal?.throwIfAborted()
      } catch (error) {
        opening.close()
        throw atStart(error)
      }
      opened = opening
    },
    async stop() {
      const closing = opened
      opened = undefined
      await closing?.writer.close()
      closing?.close()
    },
    // not async: a function that waits would hold the points
    write(points) {
      try {
        const { writer } = use()
        const accepted = acceptedPoints(points, oldest())
        return accepted.length > 0 ? writer.write(accepted) : Promise.resolve()
      } catch (error) {
        return Promise.reject(error)
      }
    },
    async range(selector, range, limit = defaultRangeLimit) {
      const { queries } = use()
      const asked = clampedRange(range, oldest())
      if (!asked || limit < 1 || isEmpty(selector)) return []
      return answered(ask(queries, rangeQuestion(config.bucket, selector, asked, Math.min(limit, 2 ** 31))))
    },
    async windows(selector, range, everyMs, aggregate, groupBy) {
      const { queries } = use()
      const asked = clampedRange(range, oldest())
      checkWindow(everyMs, asked)
      if (!asked || isEmpty(selector)) return []
      return answered(askWindows(queries, config.bucket, { selector, range: asked, everyMs, aggregate, groupBy }))
    },
    async last(selector, withinMs = defaultLastWithinMs) {
      const { queries } = use()
      const now = deps.clock.now()
      const asked = clampedRange({ from: now - withinMs, to: now + clockAheadMs }, oldest())
      if (!asked || isEmpty(selector)) return []
      return answered(ask(queries, lastQuestion(config.bucket, selector, asked)))
    },
    async check() {
      await use()
        .influx.transport.request('/health', '', { method: 'GET' })
        .catch((error) => {
          throw influxError(error, 'asked for its health')
        })
    },
  }
}

function open(
  deps: Pick<Kernel, 'clock' | 'logger' | 'registry'>,
  config: TimeSeriesConfig['influx'] & { retentionDays: number },
): Open {
  const Agent = config.url.startsWith('https:') ? HttpsAgent : HttpAgent
  const agent = new Agent({ keepAlive: true })
  const { url, token } = config
  const influx = new InfluxDB({ url, token, timeout: patienceMs, transportOptions: { agent } })
  return {
    influx,
    writer: createInfluxWriter(deps, influx, config, () => ensureBucket(influx, config, deps.logger)),
    queries: influx.getQueryApi({ org: config.org, gzip: true }),
    close: () => agent.destroy(),
  }
}

async function answered<Answer>(asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking
  } catch (error) {
    throw influxError(error, 'asked a question')
  }
}

/** At start-up a refusal is for good: say so instead of waiting. */
function atStart(thrown: unknown): AppError {
  const error = influxError(thrown, 'starting')
  const status = statusOf(error)
  if (status === undefined || !setupStatuses.has(status)) return error
  return new AppError('QLY_STORAGE_UNAVAILABLE', error.message, { cause: error.cause, retryable: false })
}
