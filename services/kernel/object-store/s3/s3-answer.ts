// What an S3-compatible store answers: errors in XML (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html) and listings.
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { AppError } from '../../../contracts/errors.ts'

/** One page of ListObjectsV2. */
export interface S3Page {
  readonly objects: readonly { readonly key: string; readonly size: number }[]
  /** where the next page begins; undefined: there is none */
  readonly next: string | undefined
}

export function readPage(xml: string): S3Page {
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = '']) => ({
    key: element(entry, 'Key') ?? '',
    size: Number(element(entry, 'Size')),
  }))
  const more = element(xml, 'IsTruncated') === 'true'
  return { objects, next: more ? element(xml, 'NextContinuationToken') : undefined }
}

/** The error that an answer of status 300 or above tells; reads its body. */
export async function answerError(answer: IncomingMessage, doing: string): Promise<AppError> {
  const xml = await text(answer).catch(() => '')
  const status = answer.statusCode ?? 0
  const code = element(xml, 'Code') ?? `status ${status}`
  const told = `the object store, ${doing}: ${code} ${element(xml, 'Message') ?? ''}`.trim()
  const cause = { status, code }
  if (/StorageFull|InsufficientStorage|QuotaExceeded/i.test(code) || status === 507)
    return new AppError('QLY_STORAGE_FULL', told, { cause })
  if (code === 'NoSuchKey') return new AppError('QLY_NOT_FOUND', told, { cause })
  if (code === 'EntityTooLarge') return new AppError('QLY_PAYLOAD_TOO_LARGE', told, { cause })
  const hint = hints[code] ?? (status === 403 ? hints.AccessDenied : undefined)
  return new AppError('QLY_STORAGE_UNAVAILABLE', hint ? `${told} (${hint})` : told, { cause })
}

/** The HTTP status behind an error of `answerError`; undefined where there was no answer. */
export function statusOf(error: unknown): number | undefined {
  return ((error as AppError | undefined)?.cause as { status?: number } | undefined)?.status
}

const hints: Readonly<Record<string, string>> = {
  AccessDenied: 'check objectStore.s3.accessKeyId, secretAccessKey and what they may do',
  InvalidAccessKeyId: 'check objectStore.s3.accessKeyId',
  SignatureDoesNotMatch: 'check objectStore.s3.secretAccessKey and region',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  PermanentRedirect: 'check objectStore.s3.region and endpoint',
  NoSuchBucket: 'check objectStore.s3.bucket',
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function element(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  return found?.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, named) => {
    if (decimal) return String.fromCodePoint(Number(decimal))
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    return entities[named] ?? whole
  })
}
