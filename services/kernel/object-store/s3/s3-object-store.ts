// Adapter: objects in an S3-compatible store (AWS, MinIO, Ceph, OSS …) under their content hash.
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { AppError, asAppError } from '../../../contracts/errors.ts'
import type { Kernel } from '../../kernel.ts'
import { createVerifier } from '../hashed-stream.ts'
import { checkKey, checkPutOptions, objectKey, readObjectKey } from '../object-key.ts'
import type { ObjectStore } from '../object-store.ts'
import { answerError, readPage, statusOf } from './s3-answer.ts'
import { type S3Body, type S3Config, type S3Request, sendS3 } from './s3-request.ts'
import { spool } from './spool.ts'

/** Pauses before the tries after the first, in milliseconds. */
const pauses = [200, 800, 2000]
/** The most that one PUT may carry; a camera's files are cut below 4 GiB. */
const mostBytes = 5 * 1024 ** 3

/**
 * The bucket is created at start if it is missing and the credentials may. Streams are spooled to a temporary file first.
 * QLY_STORAGE_UNAVAILABLE (retryable) while the store does not answer, after three more tries; not retryable from `start` when it refuses.
 */
export function createS3ObjectStore(deps: Pick<Kernel, 'clock'>, config: S3Config): ObjectStore {
  let stopping = new AbortController()

  /** Sends until there is an answer that another try would not change; its body is still to be read. */
  const send = async (request: S3Request, doing: string): Promise<IncomingMessage> => {
    for (let tried = 0; ; tried++) {
      const outcome = await attempt(request, doing)
      const pause = pauses[tried]
      if (!(outcome instanceof AppError)) return outcome
      if (!mayPass(outcome) || pause === undefined || stopping.signal.aborted) throw outcome
      await deps.clock.sleep(pause, stopping.signal).catch(() => {
        throw outcome
      })
    }
  }
  const attempt = async (request: S3Request, doing: string): Promise<IncomingMessage | AppError> => {
    try {
      const answer = await sendS3(deps.clock, config, request)
      return (answer.statusCode ?? 500) < 300 ? answer : await answerError(answer, doing)
    } catch (error) {
      const reason = error instanceof Error ? error.message || (error as { code?: string }).code : String(error)
      return new AppError('QLY_STORAGE_UNAVAILABLE', `the object store, ${doing}: ${reason}`, { cause: error })
    }
  }
  const upload = async (body: S3Body, options: { prefix: string; at: number }) => {
    if (body.size > mostBytes)
      throw new AppError('QLY_PAYLOAD_TOO_LARGE', `an object of ${body.size} bytes is larger than ${mostBytes}`)
    const { sha256, size, mediaType } = body
    const key = objectKey(options.prefix, options.at, sha256, mediaType)
    drain(await send({ method: 'PUT', key, body }, `storing ${key}`))
    return { key, sha256, size, mediaType }
  }

  return {
    async start(signal) {
      if (config.endpoint === '' || config.bucket === '')
        throw new AppError('QLY_CONFIG_INVALID', 'objectStore.s3 needs an endpoint and a bucket')
      stopping = new AbortController()
      try {
        await ensureBucket(attempt)
      } catch (error) {
        throw atStart(asAppError(error))
      }
      signal?.throwIfAborted()
    },
    async stop() {
      stopping.abort(new AppError('QLY_STORAGE_UNAVAILABLE', 'the object store is stopped'))
    },
    async put(bytes, options) {
      checkPutOptions(options)
      const { mediaType } = options
      if (bytes instanceof Uint8Array) {
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        return upload({ size: bytes.length, sha256, mediaType, open: () => bytes }, options)
      }
      const spooled = await spool(bytes)
      try {
        return await upload({ ...spooled, mediaType }, options)
      } finally {
        await spooled.remove()
      }
    },
    async get(key) {
      checkKey(key)
      const said = readObjectKey(key)
      if (!said) throw new AppError('QLY_NOT_FOUND', `there is no object ${key}`)
      const answer = await send({ method: 'GET', key }, `reading ${key}`)
      const stream: Readable = createVerifier(said.sha256, key)
      // The verifier carries every error to the reader; the promise repeats it.
      pipeline(answer, stream as ReturnType<typeof createVerifier>).catch(() => {})
      return { stream, object: { key, ...said, size: Number(answer.headers['content-length']) } }
    },
    async delete(key) {
      checkKey(key)
      try {
        drain(await send({ method: 'DELETE', key }, `deleting ${key}`))
      } catch (error) {
        if (statusOf(error) !== 404) throw error
      }
    },
    async *list(prefix) {
      if (prefix !== '') checkKey(prefix)
      const folder = prefix === '' ? '' : `${prefix}/`
      let next: string | undefined
      do {
        const query = {
          'list-type': '2',
          prefix: folder,
          ...(next === undefined ? {} : { 'continuation-token': next }),
        }
        const page = readPage(await text(await send({ method: 'GET', query }, 'listing')))
        for (const { key, size } of page.objects) {
          const said = readObjectKey(key)
          if (said) yield { key, ...said, size }
        }
        next = page.next
      } while (next !== undefined)
    },
    async check() {
      const answer = await attempt({ method: 'HEAD' }, 'looking for the bucket')
      if (answer instanceof AppError) throw answer
      drain(answer)
    },
  }
}

type Attempt = (request: S3Request, doing: string) => Promise<IncomingMessage | AppError>

async function ensureBucket(attempt: Attempt): Promise<void> {
  const found = await attempt({ method: 'HEAD' }, 'looking for the bucket')
  if (!(found instanceof AppError)) return drain(found)
  if (statusOf(found) !== 404) throw found
  const made = await attempt({ method: 'PUT' }, 'creating the bucket')
  if (made instanceof AppError) throw made
  drain(made)
}

/** Worth another try: no answer, too many requests, or a fault of the server. */
function mayPass(error: AppError): boolean {
  const status = statusOf(error)
  return error.code === 'QLY_STORAGE_UNAVAILABLE' && (status === undefined || status === 429 || status >= 500)
}

/** At start-up a refusal is for good: say so instead of waiting. */
function atStart(error: AppError): AppError {
  if (mayPass(error) || error.code !== 'QLY_STORAGE_UNAVAILABLE') return error
  return new AppError(error.code, error.message, { cause: error.cause, retryable: false })
}

/** Reads away the body of an answer, so that its connection is free again. */
function drain(answer: IncomingMessage): void {
  answer.resume()
}
