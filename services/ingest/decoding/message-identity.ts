// The identity of a message: what makes a second delivery of it a recognised duplicate.
import { createHash, hash, randomBytes } from 'node:crypto'
import { shorten } from './read-json.ts'

/** CloudEvents source of everything that ingest makes of a device's messages. */
export const sourceOf = (deviceId: string): string => `/ingest/${deviceId}`

/**
 * The id of a message, in this order: the one that the device gave (at most 128 characters, else its hash); the hash of its bytes, if they
 * contain the time at which it was made, since a redelivery repeats the bytes; else the hash of bytes and receive time, so that a sensor
 * that shows the same value again is not taken for a duplicate.
 */
export function messageId(
  channel: string,
  given: string | undefined,
  payload: Uint8Array,
  timed: boolean,
  receivedAt: number,
): string {
  if (given !== undefined) return `${channel}:${given.length <= 128 ? given : digest(Buffer.from(given))}`
  return timed ? `${channel}#${digest(payload)}` : `${channel}#${digest(payload)}@${receivedAt}`
}

/** The id that a device gave, if it is fit to be one. */
export function givenId(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? shorten(value, 4096) : undefined
}

/** 128 bits of SHA-256: enough to tell 10^9 messages apart with a chance of a clash below 10^-20. */
function digest(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64url').slice(0, 22)
}

/** SHA-256 of a picture in hexadecimal. */
export function pictureHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

const ofThisProcess = randomBytes(8).toString('hex')
let sequence = 0
const traceparent = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/
/** The trace of a message: the device's own `traceparent` (MQTT 5 user property), else one that begins here (W3C Trace Context §3.2). */
export function traceOf(value: string | readonly string[] | undefined): string {
  if (typeof value === 'string' && traceparent.test(value)) return value
  sequence++
  const part = sequence.toString(16).padStart(16, '0')
  return `00-${ofThisProcess}${part}-${part}-01`
}
