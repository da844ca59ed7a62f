// Bytes of a device → JSON value, or why not. Never throws: devices send anything.
import { isUtf8 } from 'node:buffer'

export type JsonObject = Readonly<Record<string, unknown>>
export type Read<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: string }

/** Reads UTF-8 JSON. Duplicate keys: the last wins, as in ECMA-404 readers; a byte order mark is tolerated. */
export function readJson(payload: Uint8Array): Read<unknown> {
  if (payload.byteLength === 0) return { ok: false, reason: 'the payload is empty' }
  if (!isUtf8(payload)) return { ok: false, reason: 'the payload is not UTF-8' }
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  try {
    return { ok: true, value: JSON.parse(bytes.toString('utf8', hasMark ? 3 : 0)) }
  } catch (error) {
    return { ok: false, reason: `the payload is not JSON: ${shorten((error as Error).message)}` }
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const limits = { depth: 32, values: 50_000, keyLength: 128 }
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Why a value that is kept as the device wrote it must not be kept: nesting deeper than 32, more than 50,000 values, a key longer than 128
 * characters or one that could reach a prototype, a number beyond a double. Undefined: it may.
 */
export function unfit(value: unknown): string | undefined {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }]
  let seen = 0
  for (let at = open.pop(); at; at = open.pop()) {
    if (++seen > limits.values) return `more than ${limits.values} values`
    if (typeof at.value === 'number' && !Number.isFinite(at.value)) return 'a number is too large for a double'
    if (typeof at.value !== 'object' || at.value === null) continue
    if (at.depth >= limits.depth) return `nested deeper than ${limits.depth}`
    const depth = at.depth + 1
    if (Array.isArray(at.value)) {
      if (at.value.length + seen > limits.values) return `more than ${limits.values} values`
      for (const item of at.value) open.push({ value: item, depth })
      continue
    }
    for (const key of Object.keys(at.value)) {
      if (forbiddenKeys.has(key)) return `the key "${key}" is not allowed`
      if (key.length > limits.keyLength) return `a key is longer than ${limits.keyLength} characters`
      open.push({ value: (at.value as JsonObject)[key], depth })
    }
  }
  return undefined
}

/** The number that a device meant: a finite number, or a string that is one ("-91.40"). */
export function looseNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** At most `length` characters, on one line. */
export function shorten(text: string, length = 300): string {
  const line = text.replace(/\s+/gu, ' ')
  return line.length > length ? `${line.slice(0, length)}…` : line
}
