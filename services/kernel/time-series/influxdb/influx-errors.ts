// What InfluxDB's client throws, in the words of the product.
import { HttpError } from '@influxdata/influxdb-client'
import { AppError } from '../../../contracts/errors.ts'

/** Faults of the setup rather than of the moment: at start-up, waiting does not help against them. */
export const setupStatuses: ReadonlySet<number> = new Set([400, 401, 403])

/** Retryable unless InfluxDB has understood the request and refuses it for good (400, 413, 422). */
export function influxError(thrown: unknown, doing: string): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const text = `InfluxDB, ${doing}: ${message || (thrown as { code?: string }).code || 'no answer'}`
  if (!(thrown instanceof HttpError)) return new AppError('QLY_STORAGE_UNAVAILABLE', text, { cause: thrown })
  if (/no space left|disk full/i.test(message)) return new AppError('QLY_STORAGE_FULL', text, { cause: thrown })
  switch (thrown.statusCode) {
    case 400:
    case 422:
      return new AppError('QLY_INPUT_INVALID', text, { cause: thrown })
    case 413:
      return new AppError('QLY_PAYLOAD_TOO_LARGE', text, { cause: thrown })
    case 401:
    case 403:
      return new AppError('QLY_STORAGE_UNAVAILABLE', `${text}; check timeSeries.influx.token and what it may do`, {
        cause: thrown,
      })
    default:
      return new AppError('QLY_STORAGE_UNAVAILABLE', text, { cause: thrown })
  }
}

export function statusOf(error: AppError): number | undefined {
  return error.cause instanceof HttpError ? error.cause.statusCode : undefined
}

/** True where all that was refused lies before the bucket's retention: nothing that anybody could still want. */
export function isBeyondRetention(error: AppError): boolean {
  return statusOf(error) === 422 && /beyond retention policy/.test(error.message)
}
