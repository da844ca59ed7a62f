// SQLite's result codes (https://sqlite.org/rescode.html) in the words of the product.
import { AppError, type ErrorCode } from '../../../contracts/errors.ts'

const meanings: Readonly<Record<number, { code: ErrorCode; says: string }>> = {
  5: { code: 'QLY_DATA_LOCKED', says: 'another process uses it: stop that process, or use another data directory' },
  6: { code: 'QLY_DATA_LOCKED', says: 'another connection uses it' },
  8: { code: 'QLY_STORAGE_UNAVAILABLE', says: 'it cannot be written: check owner and permissions' },
  10: { code: 'QLY_STORAGE_UNAVAILABLE', says: 'the disk reports an error' },
  11: { code: 'QLY_STORAGE_CORRUPT', says: 'it is damaged: restore it from a backup' },
  13: { code: 'QLY_STORAGE_FULL', says: 'the disk is full: make room, then it goes on by itself' },
  14: { code: 'QLY_STORAGE_UNAVAILABLE', says: 'it cannot be opened: check path and permissions' },
  26: { code: 'QLY_STORAGE_CORRUPT', says: 'it is not a SQLite database' },
}

/** 2067 UNIQUE, 1555 PRIMARY KEY, 787 FOREIGN KEY, 2579 ROWID: the row clashes with what is stored. */
const conflicts = new Set([2067, 1555, 787, 2579])

/** An error of node:sqlite as an AppError with its cause; anything else becomes QLY_INTERNAL. `file` is named in the message. */
export function sqliteError(thrown: unknown, file: string): AppError {
  if (thrown instanceof AppError) return thrown
  const { message = String(thrown), errcode, code } = thrown as { message?: string; errcode?: number; code?: string }
  if (code === 'ERR_INVALID_STATE')
    return new AppError('QLY_STORAGE_UNAVAILABLE', `${file} is closed`, { cause: thrown })
  if (errcode !== undefined && conflicts.has(errcode)) return new AppError('QLY_CONFLICT', message, { cause: thrown })
  const meaning = errcode === undefined ? undefined : meanings[errcode & 0xff]
  if (meaning) return new AppError(meaning.code, `${file}: ${meaning.says} (${message})`, { cause: thrown })
  return new AppError('QLY_INTERNAL', message, { cause: thrown })
}
