// SQLite's result codes as our closed codes (https://www.sqlite.org/rescode.html).
import { AppError, type ErrorCode } from '../../../contracts/errors.ts'

const codes: Readonly<Record<number, ErrorCode>> = {
  5: 'QLY_DATA_LOCKED', // SQLITE_BUSY
  11: 'QLY_STORAGE_CORRUPT', // SQLITE_CORRUPT
  13: 'QLY_STORAGE_FULL', // SQLITE_FULL
  26: 'QLY_STORAGE_CORRUPT', // SQLITE_NOTADB
  4874: 'QLY_STORAGE_FULL', // SQLITE_IOERR_SHMSIZE: no room for the index of the write-ahead log
}

/** What node:sqlite or node:fs threw, as an AppError whose message names the file. */
export function asLogError(thrown: unknown, file: string): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError(codeOf(thrown), `${file}: ${message}`, { cause: thrown })
}

function codeOf(thrown: unknown): ErrorCode {
  if (typeof thrown !== 'object' || thrown === null) return 'QLY_STORAGE_UNAVAILABLE'
  if ('code' in thrown && (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT')) return 'QLY_STORAGE_FULL'
  if (!('errcode' in thrown) || typeof thrown.errcode !== 'number') return 'QLY_STORAGE_UNAVAILABLE'
  return codes[thrown.errcode] ?? codes[thrown.errcode & 0xff] ?? 'QLY_STORAGE_UNAVAILABLE'
}
