// One file over HTTP into a folder: resumed where an earlier try ended (Range), bounded by the announced size, and only there once its hash is right.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../../services/contracts/errors.ts'

export interface Download {
  readonly url: string
  readonly sha256: string
  /** where it will be; until then `<file>.part` */
  readonly file: string
  /** of the whole file; absent: at most 2 GiB */
  readonly bytes?: number
}

export interface DownloadOptions {
  /** told after every piece; `total` is 0 where the server does not say */
  readonly onProgress?: (done: number, total: number) => void
  /** tries after a connection broke, each going on where the last ended; default 4 */
  readonly tries?: number
  /** no piece for this long is a broken connection; default 30 */
  readonly quietSeconds?: number
}

const mostBytes = 2 * 2 ** 30
/** tries after which nothing more had come: a server that is not there need not be asked again and again */
const mostFruitless = 2

/** QLY_STREAM_UNREADABLE (retryable; what came is kept) when the connection fails; QLY_MODEL_INVALID when it is another file. */
export async function download(wanted: Download, options: DownloadOptions = {}): Promise<void> {
  const part = `${wanted.file}.part`
  await mkdir(dirname(part), { recursive: true })
  let fruitless = 0
  for (let left = options.tries ?? 4; ; left--) {
    const before = await sizeOf(part)
    try {
      if (wanted.bytes === undefined || before < wanted.bytes) await getRest(wanted, part, before, options)
      break
    } catch (error) {
      if (error instanceof AppError) throw error
      const { message } = error as Error
      fruitless = (await sizeOf(part)) > before ? 0 : fruitless + 1
      if (left > 1 && fruitless < mostFruitless) continue
      throw new AppError(
        'QLY_STREAM_UNREADABLE',
        `${wanted.url}: ${causeOf(error) ?? message}; what came is kept, the same command goes on there`,
        { cause: error },
      )
    }
  }
  const sha256 = await hashOf(part)
  if (sha256 !== wanted.sha256) {
    await rm(part)
    throw new AppError(
      'QLY_MODEL_INVALID',
      `${wanted.url} has the sha256 ${sha256}, not ${wanted.sha256}: not used, and removed`,
    )
  }
  await rename(part, wanted.file)
}

async function getRest({ url, bytes }: Download, part: string, have: number, options: DownloadOptions): Promise<void> {
  const quiet = new AbortController()
  const patience = (options.quietSeconds ?? 30) * 1000
  let timer = setTimeout(() => quiet.abort(new Error('the server went quiet')), patience)
  try {
    const response = await fetch(url, { headers: have > 0 ? { range: `bytes=${have}-` } : {}, signal: quiet.signal })
    // 416: nothing is left to send
    if (response.status === 416 && have > 0) return
    if (!response.ok || response.body === null)
      throw new AppError('QLY_NOT_FOUND', `${url} answered ${response.status} ${response.statusText}`)
    const resumed = response.status === 206
    const start = resumed ? have : 0
    const length = Number(response.headers.get('content-length') ?? 0)
    const total = length > 0 ? start + length : 0
    const limit = bytes ?? mostBytes
    if (total > limit || (bytes !== undefined && total > 0 && total !== bytes))
      throw new AppError('QLY_MODEL_INVALID', `${url} has ${total} bytes, not ${bytes ?? `at most ${mostBytes}`}`)
    let done = start
    const count = async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        clearTimeout(timer)
        timer = setTimeout(() => quiet.abort(new Error('the server went quiet')), patience)
        done += piece.length
        if (done > limit) throw new AppError('QLY_MODEL_INVALID', `${url} sends more than ${limit} bytes`)
        options.onProgress?.(done, bytes ?? total)
        yield piece
      }
    }
    await pipeline(
      Readable.fromWeb(response.body as never),
      count,
      createWriteStream(part, { flags: resumed ? 'a' : 'w' }),
    )
  } finally {
    clearTimeout(timer)
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** fetch hides the reason (no such host, refused) in its cause. */
function causeOf(error: unknown): string | undefined {
  const { cause } = error as Error
  return cause instanceof Error ? cause.message : undefined
}
