// Keys of stored objects: `{prefix}/{yyyy}/{mm}/{dd}/{sha256}{extension}`. Hash and media type can be read from the key alone.
import { AppError } from '../../contracts/errors.ts'

const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/webp': '.webp',
  'video/mp4': '.mp4',
  'video/quicktime': '.mov',
  'video/mp2t': '.ts',
  'application/json': '.json',
  'application/octet-stream': '.bin',
  'text/plain': '.txt',
  'text/csv': '.csv',
  'application/pdf': '.pdf',
}
const mediaTypes = new Map(Object.entries(extensions).map(([type, extension]) => [extension, type]))

/** Segments of letters, digits, `.`, `_`, `-` that do not start with a dot, so neither `..` nor our own hidden folders. */
const segments = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/
const ending = /(?:^|\/)([0-9a-f]{64})(\.[A-Za-z0-9._-]+)$/
/** RFC 6838 §4.2, without parameters */
const mediaTypeForm = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/

/** The key of an object; the day is that of `at` (ms since the epoch) in UTC. */
export function objectKey(prefix: string, at: number, sha256: string, mediaType: string): string {
  const [year, month, day] = new Date(at).toISOString().slice(0, 10).split('-')
  return `${prefix}/${year}/${month}/${day}/${sha256}${extensionOf(mediaType)}`
}

/** What a key says; undefined for one that no object of ours can have. */
export function readObjectKey(key: string): { sha256: string; mediaType: string } | undefined {
  const [, sha256, extension] = ending.exec(key) ?? []
  const mediaType = extension === undefined ? undefined : mediaTypeOf(extension)
  return sha256 === undefined || mediaType === undefined ? undefined : { sha256, mediaType }
}

/** QLY_INPUT_INVALID for a key with `..`, an absolute path, an empty segment or a character outside letters, digits and `/._-`. */
export function checkKey(key: string): void {
  if (key.length > 512 || !segments.test(key))
    throw new AppError('QLY_INPUT_INVALID', `"${key.slice(0, 100)}" is not an object key`)
}

/** QLY_INPUT_INVALID for a prefix that keys cannot begin with, or a media type that is none. */
export function checkPutOptions(options: { prefix: string; mediaType: string; at: number }): void {
  if (options.prefix.length > 200 || !segments.test(options.prefix))
    throw new AppError('QLY_INPUT_INVALID', `"${options.prefix.slice(0, 100)}" is not a prefix of object keys`)
  if (!mediaTypeForm.test(options.mediaType))
    throw new AppError('QLY_INPUT_INVALID', `"${options.mediaType.slice(0, 100)}" is not a media type`)
  if (!(options.at >= 0 && options.at < Date.UTC(10_000, 0)))
    throw new AppError('QLY_INPUT_INVALID', `${options.at} is not a time in milliseconds since 1970`)
}

/** A media type without an extension of its own is written into one: `.type-` and its base64url. */
function extensionOf(mediaType: string): string {
  return extensions[mediaType] ?? `.type-${Buffer.from(mediaType).toString('base64url')}`
}

function mediaTypeOf(extension: string): string | undefined {
  if (!extension.startsWith('.type-')) return mediaTypes.get(extension)
  const mediaType = Buffer.from(extension.slice('.type-'.length), 'base64url').toString()
  return mediaTypeForm.test(mediaType) && extensionOf(mediaType) === extension ? mediaType : undefined
}
