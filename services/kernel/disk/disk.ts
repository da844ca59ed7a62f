// The local disk under the embedded adapters: is there room, and what its errors mean.
import { access, constants, statfs } from 'node:fs/promises'
import { AppError, type ErrorCode } from '../../contracts/errors.ts'

/** With less free space than this a store says that it is full before its writes fail. */
const leastFreeBytes = 16 * 1024 ** 2

/** Resolves if the directory can be written and has room; else QLY_STORAGE_FULL or QLY_STORAGE_UNAVAILABLE. */
export async function checkDisk(directory: string): Promise<void> {
  const { bavail, bsize } = await access(directory, constants.W_OK)
    .then(() => statfs(directory))
    .catch((error) => {
      throw diskError(error, directory)
    })
  if (bavail * bsize < leastFreeBytes)
    throw new AppError('QLY_STORAGE_FULL', `${directory}: less than ${leastFreeBytes / 1024 ** 2} MiB are free`)
}

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'QLY_STORAGE_FULL',
  EDQUOT: 'QLY_STORAGE_FULL',
  EROFS: 'QLY_STORAGE_UNAVAILABLE',
  EACCES: 'QLY_STORAGE_UNAVAILABLE',
  EPERM: 'QLY_STORAGE_UNAVAILABLE',
  EIO: 'QLY_STORAGE_UNAVAILABLE',
  EMFILE: 'QLY_STORAGE_UNAVAILABLE',
  ENFILE: 'QLY_STORAGE_UNAVAILABLE',
  ENOTDIR: 'QLY_STORAGE_UNAVAILABLE',
  EEXIST: 'QLY_STORAGE_UNAVAILABLE',
  ENOENT: 'QLY_STORAGE_UNAVAILABLE',
}

/** An error of node:fs as an AppError that names the place; other errors come back as they are. */
export function diskError(thrown: unknown, place: string): unknown {
  const errno = (thrown as { code?: unknown } | null)?.code
  const code = typeof errno === 'string' ? codes[errno] : undefined
  if (!code || thrown instanceof AppError) return thrown
  return new AppError(code, `${place}: ${(thrown as Error).message}`, { cause: thrown })
}
