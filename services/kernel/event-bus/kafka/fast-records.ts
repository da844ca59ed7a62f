// Inner functions of kafkajs 2.2.4 for what travels, written again for speed with the same results (fast-records.test.ts compares them byte by byte):
// encoding a record (theirs makes some twenty buffers for a CloudEvent's headers; fast-batch.ts writes them into the batch) and decoding one.
// What the fast way does not know is left to the original.

type Bytes = string | Buffer

/** What kafkajs passes to its record encoder. */
export interface RecordInput {
  readonly offsetDelta?: number
  readonly timestampDelta?: number
  readonly key?: unknown
  readonly value?: unknown
  readonly headers?: Readonly<Record<string, unknown>>
}

/** As much of kafkajs's Encoder as its record batch uses. */
export interface EncodedRecord {
  readonly buf: Buffer
  readonly buffer: Buffer
}

export type EncodeRecord = (input: RecordInput) => EncodedRecord

/** Record v0 of the Kafka protocol: length, attributes, timestamp and offset deltas, key, value, headers. */
export function fastEncodeRecord(original: EncodeRecord): EncodeRecord {
  return (input) => FastRecord.of(input) ?? original(input)
}

/** A record that is measured at once and written when it is asked for, at best straight into its batch. */
export class FastRecord implements EncodedRecord {
  /** bytes of the whole record */
  readonly size: number
  readonly #body: number
  readonly #offsetDelta: number
  readonly #key: Bytes
  readonly #value: Bytes
  readonly #valueLength: number
  readonly #headers: readonly Header[]

  private constructor(offsetDelta: number, key: Bytes, value: Bytes, headers: readonly Header[], body: number) {
    this.#offsetDelta = offsetDelta
    this.#key = key
    this.#value = value
    this.#valueLength = Buffer.byteLength(value)
    this.#headers = headers
    this.#body = body + sizeOf(this.#valueLength)
    this.size = sizeOf(this.#body)
  }

  /** Undefined for what is not simple enough. */
  static of(input: RecordInput): FastRecord | undefined {
    const { offsetDelta = 0, timestampDelta = 0, key, value, headers = {} } = input
    if (!isBytes(key) || !isBytes(value) || timestampDelta !== 0) return undefined
    const found: Header[] = []
    let body = 2 + varIntSize(offsetDelta) + sizeOf(Buffer.byteLength(key))
    for (const name in headers) {
      const content = headers[name]
      if (!isBytes(content)) return undefined
      const header = encodeHeader(name, content)
      body += header.before.length + (header.content === undefined ? 0 : sizeOf(header.length))
      found.push(header)
    }
    return new FastRecord(offsetDelta, key, value, found, body + varIntSize(found.length))
  }

  /** Writes the record; returns where it ends. */
  writeTo(buffer: Buffer, start: number): number {
    let at = writeVarInt(buffer, start, this.#body)
    buffer[at++] = 0 // attributes
    buffer[at++] = 0 // timestamp delta
    at = writeVarInt(buffer, at, this.#offsetDelta)
    at = writeBytes(buffer, at, this.#key, Buffer.byteLength(this.#key))
    at = writeBytes(buffer, at, this.#value, this.#valueLength)
    at = writeVarInt(buffer, at, this.#headers.length)
    for (const { before, content, length } of this.#headers) {
      for (let index = 0; index < before.length; index++) buffer[at++] = before[index] as number
      if (content !== undefined) at = writeBytes(buffer, at, content, length)
    }
    return at
  }

  get buffer(): Buffer {
    const buffer = Buffer.allocUnsafe(this.size)
    this.writeTo(buffer, 0)
    return buffer
  }

  get buf(): Buffer {
    return this.buffer
  }
}

const isBytes = (value: unknown): value is Bytes => typeof value === 'string' || Buffer.isBuffer(value)

/** With its length before it. */
const sizeOf = (length: number): number => varIntSize(length) + length

/** What is encoded of a header already, and its content with its length in bytes where that is still to come. */
interface Header {
  readonly before: Uint8Array
  readonly content: Bytes | undefined
  readonly length: number
}

/** A name that was seen, and the header whole with the content that it had first: some headers never have another one. */
interface KnownHeader {
  readonly name: Uint8Array
  readonly content: Bytes
  readonly whole: Header
}

const known = new Map<string, KnownHeader>()
const mostKnown = 256

function encodeHeader(name: string, content: Bytes): Header {
  const seen = known.get(name)
  if (seen) return content === seen.content ? seen.whole : { before: seen.name, content, length: lengthOf(content) }
  const encoded = withLength(name)
  const whole = { before: Buffer.concat([encoded, withLength(content)]), content: undefined, length: 0 }
  if (known.size < mostKnown && typeof content === 'string') known.set(name, { name: encoded, content, whole })
  return whole
}

function withLength(bytes: Bytes): Buffer {
  const length = Buffer.byteLength(bytes)
  const made = Buffer.alloc(sizeOf(length))
  writeBytes(made, 0, bytes, length)
  return made
}

/** As Buffer.byteLength; counted here for short texts, since a call into C++ costs more. */
function lengthOf(bytes: Bytes): number {
  if (typeof bytes !== 'string' || bytes.length >= shortText) return Buffer.byteLength(bytes)
  for (let index = 0; index < bytes.length; index++) if (bytes.charCodeAt(index) > 0x7f) return Buffer.byteLength(bytes)
  return bytes.length
}

function varIntSize(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  let size = 1
  while (rest > 0x7f) {
    rest >>>= 7
    size++
  }
  return size
}

function writeVarInt(buffer: Buffer, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  let index = at
  while (rest > 0x7f) {
    buffer[index++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  buffer[index++] = rest
  return index
}

/** Calls into C++ cost more than a loop for texts as short as header names. */
const shortText = 48

function writeBytes(buffer: Buffer, at: number, bytes: Bytes, length: number): number {
  const start = writeVarInt(buffer, at, length)
  if (typeof bytes !== 'string') buffer.set(bytes, start)
  else if (length === bytes.length && length < shortText) {
    for (let index = 0; index < length; index++) buffer[start + index] = bytes.charCodeAt(index)
  } else buffer.write(bytes, start, length, 'utf8')
  return start + length
}

/** As much of kafkajs's Decoder as a record needs. */
export interface RecordDecoder {
  readonly buffer: Buffer
  offset: number
  readInt8(): number
  readVarLong(): { toString(): string }
  readVarInt(): number
  readVarIntBytes(): Buffer | null
}

export interface BatchContext {
  readonly firstOffset: unknown
  readonly firstTimestamp: unknown
  readonly magicByte: number
  readonly isControlBatch?: boolean
  readonly timestampType?: number
  readonly maxTimestamp?: unknown
}

export type DecodeRecord = (decoder: RecordDecoder, context?: BatchContext) => unknown

const logAppendTime = 1

/**
 * Decodes a record; several headers of one name become an array, as in kafkajs. Only header values differ: they come as texts (UTF-8), not as
 * buffers, since CloudEvents has only texts there, and those that repeat from record to record (type, content type) are not made anew.
 */
export function fastDecodeRecord(): DecodeRecord {
  const readName = createTextReader()
  const readContent = createTextReader()
  return (decoder, context) => {
    const batch = context ?? noContext
    const attributes = decoder.readInt8()
    const timestampDelta = decoder.readVarLong()
    const timestamp =
      batch.timestampType === logAppendTime && batch.maxTimestamp
        ? batch.maxTimestamp
        : add(batch.firstTimestamp, timestampDelta)
    const offset = add(batch.firstOffset, decoder.readVarInt())
    const key = decoder.readVarIntBytes()
    const value = decoder.readVarIntBytes()
    const headers: Record<string, HeaderContent> = {}
    const count = decoder.readVarInt()
    for (let index = 0; index < count; index++) {
      const name = readName(decoder, index) ?? ''
      const content = readContent(decoder, index)
      const before = Object.hasOwn(headers, name) ? headers[name] : undefined
      const now = before === undefined ? content : Array.isArray(before) ? [...before, content] : [before, content]
      if (name === '__proto__') Object.defineProperty(headers, name, { value: now, enumerable: true, writable: true })
      else headers[name] = now
    }
    const isControlRecord = batch.isControlBatch ?? false
    const { magicByte } = batch
    return { magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext: batch }
  }
}

type HeaderContent = string | null | (string | null)[]

const noContext = {} as BatchContext

/** The sum as a decimal number; both may be beyond 2^53. */
function add(first: unknown, delta: { toString(): string }): string {
  const text = String(first)
  if (text.length < 15) {
    const sum = Number(text) + Number(delta)
    if (Number.isSafeInteger(sum)) return String(sum)
  }
  return String(BigInt(text) + BigInt(delta.toString()))
}

/** Reads a text; one that stands where it stood in the record before is recognised without being made. Null for none. */
function createTextReader(): (decoder: RecordDecoder, index: number) => string | null {
  const seen: string[] = []
  return (decoder, index) => {
    const length = decoder.readVarInt()
    if (length < 0) return null
    const start = decoder.offset
    decoder.offset += length
    const guess = seen[index]
    if (guess !== undefined && guess.length === length && standsAt(decoder.buffer, start, guess)) return guess
    const text = decoder.buffer.toString('utf8', start, start + length)
    if (index < mostTexts) seen[index] = text
    return text
  }
}

const mostTexts = 32

function standsAt(buffer: Buffer, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f || buffer[start + index] !== code) return false
  }
  return true
}
