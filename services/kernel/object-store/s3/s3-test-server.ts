// For tests: an S3 server in memory that trusts nothing: it checks every signature with AWS's own signer, every hash and every length.
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SignatureV4 } from '@smithy/signature-v4'

export interface S3TestServer {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** stored bytes by bucket and key: `bucket/key` */
  readonly objects: Map<string, { bytes: Buffer; mediaType: string | undefined }>
  readonly buckets: Set<string>
  /** The next requests fail with these statuses, or are cut off, one each. */
  failNext(...how: (number | 'cut')[]): void
  /** number of requests that came */
  readonly requests: number
  close(): Promise<void>
}

const region = 'us-east-1'
/** objects a page of a listing, to make listings page */
const pageSize = 3

export async function createS3TestServer(): Promise<S3TestServer> {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
  const objects = new Map<string, { bytes: Buffer; mediaType: string | undefined }>()
  const buckets = new Set<string>()
  const failures: (number | 'cut')[] = []
  const signer = new SignatureV4({
    credentials,
    region,
    service: 's3',
    sha256: NodeSha256,
    uriEscapePath: false,
    applyChecksum: false,
  })
  let requests = 0

  const server = createServer(async (incoming, outgoing) => {
    requests++
    const failure = failures.shift()
    if (failure === 'cut') return void incoming.socket.destroy()
    const body = await buffer(incoming)
    if (failure) return refuse(outgoing, failure, 'SlowDown')
    const fault = await faultOf(signer, credentials.accessKeyId, incoming, body)
    if (fault) return refuse(outgoing, ...fault)
    const url = new URL(incoming.url ?? '', `http://${incoming.headers.host}`)
    const [bucket = '', ...rest] = url.pathname.slice(1).split('/')
    answer({ objects, buckets }, { incoming, outgoing, body, bucket, key: rest.join('/'), query: url.searchParams })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials,
    objects,
    buckets,
    failNext: (...how) => void failures.push(...how),
    get requests() {
      return requests
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What is wrong with the request's signature, length or hash. */
async function faultOf(
  signer: SignatureV4,
  accessKeyId: string,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<[number, string] | undefined> {
  const { authorization = '', ...headers } = incoming.headers as Record<string, string>
  const [, signedHeaders = ''] = /SignedHeaders=([^,]+)/.exec(authorization) ?? []
  if (!authorization.includes(`Credential=${accessKeyId}/`)) return [403, 'InvalidAccessKeyId']
  if (!headers['content-length']) return [411, 'MissingContentLength']
  const url = new URL(incoming.url ?? '', `http://${headers.host}`)
  const signed = await signer.sign(
    {
      method: incoming.method ?? '',
      protocol: 'http:',
      hostname: url.hostname,
      port: Number(url.port),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(signedHeaders.split(';').map((name) => [name, headers[name] ?? ''])),
    },
    { signingDate: dateOf(headers['x-amz-date'] ?? '') },
  )
  if (signed.headers.authorization !== authorization.replaceAll(/,\s*/g, ', ')) return [403, 'SignatureDoesNotMatch']
  const sha256 = createHash('sha256').update(body).digest('hex')
  if (headers['x-amz-content-sha256'] !== sha256) return [400, 'XAmzContentSHA256Mismatch']
  return undefined
}

interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly body: Buffer
  readonly bucket: string
  readonly key: string
  readonly query: URLSearchParams
}

function answer({ objects, buckets }: Pick<S3TestServer, 'objects' | 'buckets'>, exchange: Exchange): void {
  const { incoming, outgoing, body, bucket, key, query } = exchange
  const { method } = incoming
  const name = `${bucket}/${key}`
  if (key === '' && method === 'PUT') buckets.add(bucket)
  else if (key !== '' && method === 'PUT' && buckets.has(bucket))
    objects.set(name, { bytes: body, mediaType: incoming.headers['content-type'] })

  const stored = objects.get(name)
  if (!buckets.has(bucket)) refuse(outgoing, 404, 'NoSuchBucket')
  else if (key === '') outgoing.end(method === 'GET' ? listing(objects, bucket, query) : undefined)
  else if (method === 'DELETE') outgoing.writeHead(objects.delete(name) ? 204 : 404).end()
  else if (!stored) refuse(outgoing, 404, 'NoSuchKey')
  else if (method === 'PUT') outgoing.end()
  else outgoing.setHeader('content-length', stored.bytes.length).end(stored.bytes)
}

/** ListObjectsV2; the token is the last key, made awkward on purpose. */
function listing(objects: S3TestServer['objects'], bucket: string, query: URLSearchParams): string {
  const after = query.get('continuation-token')?.slice('a+b/&<'.length) ?? ''
  const keys = [...objects.keys()]
    .filter((name) => name.startsWith(`${bucket}/${query.get('prefix') ?? ''}`))
    .map((name) => name.slice(bucket.length + 1))
    .sort()
    .filter((key) => key > after)
  const page = keys.slice(0, pageSize)
  const contents = page.map(
    (key) => `<Contents><Key>${key}</Key><Size>${objects.get(`${bucket}/${key}`)?.bytes.length}</Size></Contents>`,
  )
  const more = keys.length > page.length
  const token = more ? `<NextContinuationToken>a+b/&amp;&lt;${page.at(-1)}</NextContinuationToken>` : ''
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${token}${contents.join('\n')}</ListBucketResult>`
}

function refuse(outgoing: ServerResponse, status: number, code: string): void {
  outgoing
    .writeHead(status)
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no &amp; never</Message></Error>`)
}

function dateOf(basic: string): Date {
  return new Date(basic.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

class NodeSha256 {
  #hash: Hash | Hmac
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer)
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {}
}
