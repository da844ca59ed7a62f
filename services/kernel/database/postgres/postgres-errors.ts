// PostgreSQL's SQLSTATE codes (https://www.postgresql.org/docs/15/errcodes-appendix.html) in the words of the product.
import { AppError, type ErrorCode } from '../../../contracts/errors.ts'

interface Meaning {
  readonly code: ErrorCode
  readonly says: string
  /** where it differs from the code's own */
  readonly retryable?: boolean
}

const unavailable = (says: string): Meaning => ({ code: 'QLY_STORAGE_UNAVAILABLE', says })
const meanings: Readonly<Record<string, Meaning>> = {
  '23505': { code: 'QLY_CONFLICT', says: 'the row exists already' },
  '23503': { code: 'QLY_CONFLICT', says: 'the row refers to one that is not there, or is referred to' },
  '40001': { code: 'QLY_CONFLICT', says: 'another transaction came between', retryable: true },
  '40P01': { code: 'QLY_CONFLICT', says: 'two transactions waited for each other', retryable: true },
  '25P02': { code: 'QLY_CONFLICT', says: 'the transaction had failed before this query' },
  '53100': { code: 'QLY_STORAGE_FULL', says: "the server's disk is full" },
  '53300': unavailable('the server has no connection left'),
  '57014': unavailable('the query took too long and was cancelled'),
  '55P03': unavailable('a lock was not given in time'),
  '57P01': unavailable('the server is being shut down'),
  '57P02': unavailable('the server crashed and recovers'),
  '57P03': unavailable('the server is starting up'),
  '28000': unavailable('the server refuses the login: check user and pg_hba.conf'),
  '28P01': unavailable('the server refuses the password: check QLY_DATABASE_URL'),
  '3D000': unavailable('there is no such database: create it, or check QLY_DATABASE_URL'),
  '42501': unavailable('the user may not do that: it must own the database or be granted CREATE on it'),
  XX001: { code: 'QLY_STORAGE_CORRUPT', says: 'stored data are damaged' },
  XX002: { code: 'QLY_STORAGE_CORRUPT', says: 'an index is damaged: REINDEX it' },
}

/** Faults of the setup rather than of the moment: at start-up, waiting does not help against them. */
export const setupFaults: ReadonlySet<string> = new Set(['28000', '28P01', '3D000', '42501'])

/** An error of pg as an AppError with its cause: by SQLSTATE; without one it is the connection (or a fault of ours). */
export function postgresError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const { message = String(thrown), code } = thrown as { message?: string; code?: string }
  const meaning = meanings[code ?? ''] ?? byClass(code, message)
  const text = `PostgreSQL: ${meaning.says} (${message || code})`
  const retryable = meaning.retryable === undefined ? {} : { retryable: meaning.retryable }
  return new AppError(meaning.code, text, { cause: thrown, ...retryable })
}

/** True for an error after which the connection must not be used again. */
export function breaksConnection(error: AppError): boolean {
  const { code } = (error.cause ?? {}) as { code?: string }
  return error.code === 'QLY_STORAGE_UNAVAILABLE' && code !== '57014' && code !== '55P03' && code !== '42501'
}

/** Class 08 connection, 53 resources, 57 operator, 58 system; errors of sockets have other codes or none. */
function byClass(code: string | undefined, message: string): Meaning {
  if (code !== undefined && /^(08|53|57|58)...$/.test(code)) return unavailable('the server cannot serve now')
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code))
    return { code: 'QLY_INTERNAL', says: 'the query is wrong' }
  if (code !== undefined || /connect|timeout|terminated|socket|end/i.test(message))
    return unavailable('the server does not answer')
  return { code: 'QLY_INTERNAL', says: 'unexpected' }
}
