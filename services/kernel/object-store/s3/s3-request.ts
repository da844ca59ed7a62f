// Requests to an S3-compatible store: path-style addresses, AWS Signature Version 4 (aws4fetch signs), bodies streamed with their length and hash.
import { createHash } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AwsV4Signer } from 'aws4fetch'
import type { ObjectStoreConfig } from '../../../contracts/config/engines.ts'
import type { Clock } from '../../clock/clock.ts'

export type S3Config = ObjectStoreConfig['s3']

export interface S3Body {
  readonly size: number
  /** hex SHA-256, signed with the request, so that the store refuses other bytes */
  readonly sha256: string
  readonly mediaType: string
  /** Gives the bytes from their beginning; called again when a request is tried again. */
  open(): Uint8Array | Readable
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  /** within the bucket; absent: the bucket itself */
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: S3Body
}

/** Longest silence on a connection, in milliseconds; five minutes once an answer has begun, since its reader may be slow. */
const silence = { request: 30_000, answer: 300_000 }
const emptyHash = createHash('sha256').digest('hex')

/** Sends one request and gives the answer, whatever its status; rejects when there is none. */
export async function sendS3(clock: Clock, config: S3Config, request: S3Request): Promise<IncomingMessage> {
  const { method, body } = request
  const url = addressOf(config, request)
  const signed = await new AwsV4Signer({
    method,
    url: url.href,
    headers: { 'x-amz-content-sha256': body?.sha256 ?? emptyHash },
    accessKeyId: config.accessKeyId,
    secretAccessKey: config.secretAccessKey,
    region: config.region,
    service: 's3',
    datetime: `${new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`,
  }).sign()
  const headers: Record<string, string | number> = {
    ...Object.fromEntries(signed.headers),
    'content-length': body?.size ?? 0,
    ...(body ? { 'content-type': body.mediaType } : {}),
  }
  return exchange(url, { method, headers }, body)
}

function addressOf(config: S3Config, { key, query }: S3Request): URL {
  const url = new URL(config.endpoint)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${config.bucket}${key === undefined ? '' : `/${key}`}`
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
  return url
}

async function exchange(
  url: URL,
  options: { method: string; headers: Record<string, string | number> },
  body: S3Body | undefined,
): Promise<IncomingMessage> {
  const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options)
  outgoing.setTimeout(silence.request, () => outgoing.destroy(new Error(`no answer for ${silence.request / 1000} s`)))
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', (response) => {
      outgoing.setTimeout(silence.answer)
      resolve(response)
    })
    outgoing.once('error', reject)
  })
  const bytes = body?.open() ?? new Uint8Array()
  if (bytes instanceof Readable) {
    // A store may refuse before it has read all: then the answer matters and not the broken pipe.
    const sent = pipeline(bytes, outgoing)
    sent.catch(() => {})
    return Promise.race([answer, sent.then(() => answer)])
  }
  outgoing.end(bytes)
  return answer
}
