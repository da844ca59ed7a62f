// Adapter: objects as files under their content hash. Written aside, flushed, then renamed into place, so that a crash leaves all or nothing.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { constants, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../../contracts/errors.ts'
import { checkDisk, diskError } from '../../disk/disk.ts'
import type { Kernel } from '../../kernel.ts'
import { createMeter, createVerifier } from '../hashed-stream.ts'
import { checkKey, checkPutOptions, objectKey, readObjectKey } from '../object-key.ts'
import type { ObjectStore, StoredObject } from '../object-store.ts'
import { listFiles } from './list-files.ts'

const incoming = '.incoming'
/** Files in `.incoming` older than this are from a process that died. */
const abandonedAfterMs = 24 * 3_600_000

/** Several processes may share the directory. QLY_STORAGE_FULL and QLY_STORAGE_UNAVAILABLE (retryable) come from the disk; an error of the source stream is passed on. */
export function createFileObjectStore(deps: Pick<Kernel, 'clock'>, config: { directory: string }): ObjectStore {
  const pathOf = (key: string) => join(config.directory, key)

  return {
    async start() {
      await onDisk(config.directory, async () => {
        await mkdir(join(config.directory, incoming), { recursive: true })
        await removeAbandoned(join(config.directory, incoming), deps.clock.now())
      })
    },
    async stop() {},
    async put(bytes, options) {
      checkPutOptions(options)
      const aside = join(config.directory, incoming, randomUUID())
      try {
        const { sha256, size } = await onDisk(config.directory, () => writeFlushed(aside, bytes))
        const key = objectKey(options.prefix, options.at, sha256, options.mediaType)
        await onDisk(config.directory, () => moveIntoPlace(aside, pathOf(key)))
        return { key, sha256, size, mediaType: options.mediaType }
      } catch (error) {
        await rm(aside, { force: true })
        throw error
      }
    },
    async get(key) {
      checkKey(key)
      const said = readObjectKey(key)
      const file = said && (await openExisting(pathOf(key)))
      if (!said || !file) throw new AppError('QLY_NOT_FOUND', `there is no object ${key}`)
      const { size } = await file.stat()
      const verifier = createVerifier(said.sha256, key)
      // The verifier carries every error to the reader; the promise repeats it.
      pipeline(createReadStream('', { fd: file }), verifier).catch(() => {})
      return { stream: verifier, object: { key, ...said, size } }
    },
    async delete(key) {
      checkKey(key)
      await onDisk(key, () => rm(pathOf(key), { force: true }))
    },
    async *list(prefix) {
      if (prefix !== '') checkKey(prefix)
      for await (const path of listFiles(pathOf(prefix))) {
        const object = await describe(relative(config.directory, path), path)
        if (object) yield object
      }
    },
    check: () => checkDisk(config.directory),
  }
}

async function writeFlushed(path: string, bytes: Uint8Array | Readable): Promise<{ sha256: string; size: number }> {
  const file = await open(path, 'wx')
  try {
    if (!(bytes instanceof Readable)) {
      await file.writeFile(bytes)
      await file.sync()
      return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length }
    }
    const meter = createMeter()
    await pipeline(bytes, meter, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) await file.appendFile(chunk)
    })
    await file.sync()
    return meter.result()
  } finally {
    await file.close()
  }
}

/** Renames, then flushes every folder that may be new, so that the name is durable too. */
async function moveIntoPlace(from: string, to: string): Promise<void> {
  const firstNew = await mkdir(dirname(to), { recursive: true })
  await rename(from, to)
  const top = firstNew === undefined ? dirname(to) : dirname(firstNew)
  for (let folder = dirname(to); folder.length >= top.length; folder = dirname(folder)) await flushFolder(folder)
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function openExisting(path: string) {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw diskError(error, path)
  }
}

async function describe(key: string, path: string): Promise<StoredObject | undefined> {
  const said = readObjectKey(key)
  if (!said) return undefined
  try {
    return { key, ...said, size: (await stat(path)).size }
  } catch (error) {
    if (isMissing(error)) return undefined // deleted while we listed
    throw diskError(error, path)
  }
}

async function removeAbandoned(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }))
    if (now - mtimeMs > abandonedAfterMs) await rm(path, { force: true })
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: string }).code
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP'
}

async function onDisk<Result>(place: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw diskError(error, place)
  }
}
