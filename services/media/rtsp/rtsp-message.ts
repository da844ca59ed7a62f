// RTSP 1.0 messages (RFC 2326) and interleaved binary data (§10.12), read from a byte stream piece by piece, and written.
// The reader never throws: what it cannot read becomes one `fault` with the status to answer, and it reads nothing more.

/** Header fields by lower-case name, each with its values in their order. */
export type RtspHeaders = ReadonlyMap<string, readonly string[]>

export interface RtspRequest {
  readonly kind: 'request'
  readonly method: string
  readonly url: string
  readonly headers: RtspHeaders
  readonly body: Buffer
}

export interface RtspResponse {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
  readonly headers: RtspHeaders
  readonly body: Buffer
}

/** An RTP or RTCP packet of an interleaved channel. */
export interface RtspData {
  readonly kind: 'data'
  readonly channel: number
  readonly payload: Buffer
}

export interface RtspFault {
  readonly kind: 'fault'
  readonly status: 400 | 413 | 505
  readonly reason: string
}

export type RtspItem = RtspRequest | RtspResponse | RtspData | RtspFault

export interface RtspLimits {
  /** start line and headers together */
  readonly headerBytes: number
  readonly headerLines: number
  readonly bodyBytes: number
}

export const defaultRtspLimits: RtspLimits = { headerBytes: 8192, headerLines: 64, bodyBytes: 65_536 }

export interface RtspReader {
  /** What is complete after these bytes. Payloads are views of the bytes given: copy what is kept for long. */
  push(bytes: Buffer): RtspItem[]
}

/** A reader for one connection; serves clients and servers. */
export function createRtspReader(limits: RtspLimits = defaultRtspLimits): RtspReader {
  let pending: Buffer = Buffer.alloc(0)
  let broken = false
  return {
    push(bytes) {
      if (broken) return []
      const buffer = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
      const items: RtspItem[] = []
      let position = 0
      while (position < buffer.length) {
        const step = buffer[position] === dollar ? readData(buffer, position) : readMessage(buffer, position, limits)
        if (step === undefined) break
        if (step.item) items.push(step.item)
        if (step.item?.kind === 'fault') {
          broken = true
          pending = Buffer.alloc(0)
          return items
        }
        position = step.end
      }
      pending = buffer.subarray(position)
      return items
    },
  }
}

/** The first value of a header, or undefined. */
export function header(headers: RtspHeaders, name: string): string | undefined {
  return headers.get(name)?.[0]
}

/** A response as bytes; Content-Length is added for a body. */
export function writeResponse(
  status: number,
  reason: string,
  headers: readonly (readonly [string, string])[],
  body = '',
): Buffer {
  return writeMessage(`RTSP/1.0 ${status} ${reason}`, headers, body)
}

/** A request as bytes; Content-Length is added for a body. */
export function writeRequest(
  method: string,
  url: string,
  headers: readonly (readonly [string, string])[],
  body = '',
): Buffer {
  return writeMessage(`${method} ${url} RTSP/1.0`, headers, body)
}

/** The four bytes before an interleaved packet. */
export function interleavedHeader(channel: number, length: number): Buffer {
  return Buffer.from([dollar, channel, length >> 8, length & 0xff])
}

interface Step {
  readonly item?: RtspItem
  readonly end: number
}

const dollar = 0x24
const carriageReturn = 0x0d
const lineFeed = 0x0a
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const startOfRequest = /^([A-Z_]{1,32}) (\S{1,2048}) (RTSP\/\d\.\d)$/
const startOfResponse = /^(RTSP\/\d\.\d) (\d{3})(?: (.*))?$/

const fault = (status: RtspFault['status'], reason: string): Step => ({
  item: { kind: 'fault', status, reason },
  end: 0,
})

function readData(buffer: Buffer, start: number): Step | undefined {
  if (buffer.length < start + 4) return undefined
  const length = buffer.readUInt16BE(start + 2)
  const end = start + 4 + length
  if (buffer.length < end) return undefined
  return { item: { kind: 'data', channel: buffer.readUInt8(start + 1), payload: buffer.subarray(start + 4, end) }, end }
}

function readMessage(buffer: Buffer, start: number, limits: RtspLimits): Step | undefined {
  // Empty lines before a start line are let pass (RFC 9112 §2.2 for its HTTP sibling).
  if (buffer[start] === carriageReturn || buffer[start] === lineFeed) return { end: start + 1 }
  const blank = buffer.subarray(start, start + limits.headerBytes + 4).indexOf('\r\n\r\n')
  if (blank < 0) {
    if (buffer.length - start > limits.headerBytes) return fault(400, 'headers too large')
    return undefined
  }
  const lines = buffer.toString('latin1', start, start + blank).split('\r\n')
  if (lines.length - 1 > limits.headerLines) return fault(400, 'too many headers')
  const headers = readHeaders(lines.slice(1))
  if (!headers) return fault(400, 'a header cannot be read')
  const length = contentLength(headers)
  if (length === undefined) return fault(400, 'Content-Length is no number')
  if (length > limits.bodyBytes) return fault(413, 'body too large')
  const bodyStart = start + blank + 4
  const end = bodyStart + length
  const first = startLine(lines[0] ?? '')
  if (first.kind === 'fault') return { item: first, end: 0 }
  if (buffer.length < end) return undefined
  return { item: { ...first, headers, body: buffer.subarray(bodyStart, end) }, end }
}

type StartLine =
  | Pick<RtspRequest, 'kind' | 'method' | 'url'>
  | Pick<RtspResponse, 'kind' | 'status' | 'reason'>
  | RtspFault

function startLine(line: string): StartLine {
  const response = startOfResponse.exec(line)
  const request = response ? null : startOfRequest.exec(line)
  const version = response?.[1] ?? request?.[3]
  if (version === undefined) return { kind: 'fault', status: 400, reason: 'the start line cannot be read' }
  if (version !== 'RTSP/1.0') return { kind: 'fault', status: 505, reason: `${version} is not spoken here` }
  if (response) return { kind: 'response', status: Number(response[2]), reason: response[3] ?? '' }
  return { kind: 'request', method: request?.[1] ?? '', url: request?.[2] ?? '' }
}

function readHeaders(lines: readonly string[]): Map<string, string[]> | undefined {
  const headers = new Map<string, string[]>()
  let last: string[] | undefined
  for (const line of lines) {
    if (hasControlCharacter(line)) return undefined
    if (/^[ \t]/.test(line)) {
      // a folded line goes on with the value before it (RFC 2822 §2.2.3)
      if (!last) return undefined
      last.push(`${last.pop() ?? ''} ${line.trim()}`)
      continue
    }
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trimEnd()
    if (colon <= 0 || !token.test(name)) return undefined
    const key = name.toLowerCase()
    last = headers.get(key)
    if (!last) {
      last = []
      headers.set(key, last)
    }
    last.push(line.slice(colon + 1).trim())
  }
  return headers
}

function hasControlCharacter(line: string): boolean {
  for (let index = 0; index < line.length; index++) {
    const code = line.charCodeAt(index)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true
  }
  return false
}

function contentLength(headers: RtspHeaders): number | undefined {
  const values = headers.get('content-length')
  if (!values) return 0
  const [first] = values
  if (first === undefined || !/^\d{1,9}$/.test(first) || values.some((value) => value !== first)) return undefined
  return Number(first)
}

function writeMessage(start: string, headers: readonly (readonly [string, string])[], body: string): Buffer {
  const bytes = Buffer.from(body, 'utf8')
  const all = bytes.length === 0 ? headers : [...headers, ['Content-Length', String(bytes.length)] as const]
  const lines = [start, ...all.map(([name, value]) => `${name}: ${value.replace(/[\r\n]+/g, ' ')}`)]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8'), bytes])
}
