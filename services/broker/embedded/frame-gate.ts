// Walks over the frames of an MQTT byte stream (fixed header: type, flags, remaining length) before anything else reads it, so that no frame larger
// than the limits is ever held in memory. Bytes of sound frames pass unchanged; an oversized PUBLISH is skipped, its beginning kept for the dead letter.

/** An oversized PUBLISH: what could be told from its beginning. */
export interface OversizedPublish {
  readonly topic: string
  readonly qos: number
  readonly messageId: number | undefined
  readonly duplicate: boolean
  readonly retain: boolean
  /** the beginning of the payload */
  readonly payload: Buffer
  readonly payloadBytes: number
}

export interface FrameGateOptions {
  readonly maximumPublishBytes: number
  readonly maximumOtherBytes: number
  /** how much of an oversized PUBLISH is kept */
  readonly keptBytes: number
  /** Whole frames (true), or bytes as they come, which costs nothing (false). */
  readonly wholeFrames: boolean
  readonly onBytes: (bytes: Buffer) => void
  readonly onOversized: (publish: OversizedPublish) => void
}

export interface FrameGate {
  /** Returns a reason to close the connection, or undefined. */
  push(chunk: Buffer): string | undefined
  wholeFrames: boolean
  /** MQTT 5 frames hold properties between topic and payload. */
  version5: boolean
}

const publishType = 3

export function createFrameGate(options: FrameGateOptions): FrameGate {
  let carry: Buffer | undefined
  let remaining = 0
  let skipping: { header: number; parts: Buffer[]; kept: number; bytes: number } | undefined
  let parts: Buffer[] = []

  const emit = (bytes: Buffer, frameEnds: boolean) => {
    if (bytes.length === 0 && !frameEnds) return
    if (!gate.wholeFrames) {
      if (parts.length > 0) {
        for (const part of parts.splice(0)) options.onBytes(part)
      }
      if (bytes.length > 0) options.onBytes(bytes)
      return
    }
    parts.push(bytes)
    if (!frameEnds) return
    const frame = parts.length === 1 ? bytes : Buffer.concat(parts)
    parts = []
    options.onBytes(frame)
  }

  const gate: FrameGate = {
    wholeFrames: options.wholeFrames,
    version5: false,
    push(incoming) {
      let chunk = incoming
      if (carry) {
        chunk = Buffer.concat([carry, incoming])
        carry = undefined
      }
      let at = 0
      let passFrom = 0
      while (at < chunk.length) {
        if (remaining === 0) {
          const header = readHeader(chunk, at)
          if (header === 'malformed') return 'a remaining length has more than four bytes'
          if (header === 'incomplete') {
            if (!gate.wholeFrames) emit(chunk.subarray(passFrom, at), false)
            carry = chunk.subarray(at)
            return undefined
          }
          const isPublish = (chunk[at] ?? 0) >> 4 === publishType
          if (!isPublish && header.length > options.maximumOtherBytes)
            return `a packet of type ${(chunk[at] ?? 0) >> 4} has ${header.length} bytes`
          remaining = header.length
          if (isPublish && header.length > options.maximumPublishBytes) {
            if (!gate.wholeFrames) emit(chunk.subarray(passFrom, at), false)
            skipping = { header: chunk[at] ?? 0, parts: [], kept: 0, bytes: header.length }
            at += header.size
            passFrom = at
            continue
          }
          const start = at
          at += header.size
          if (!gate.wholeFrames) continue
          passFrom = at
          emit(chunk.subarray(start, at), remaining === 0)
          continue
        }
        const take = Math.min(remaining, chunk.length - at)
        const bytes = chunk.subarray(at, at + take)
        remaining -= take
        at += take
        if (skipping) {
          const room = options.keptBytes - skipping.kept
          if (room > 0) {
            const part = Buffer.from(bytes.subarray(0, room))
            skipping.parts.push(part)
            skipping.kept += part.length
          }
          passFrom = at
          if (remaining === 0) {
            options.onOversized(describe(skipping, gate.version5))
            skipping = undefined
          }
        } else if (gate.wholeFrames) {
          passFrom = at
          emit(bytes, remaining === 0)
        }
      }
      if (!gate.wholeFrames) emit(chunk.subarray(passFrom), false)
      return undefined
    },
  }
  return gate
}

/** Fixed header (MQTT 3.1.1 §2.2): one byte, then the remaining length in one to four bytes of seven bits. */
function readHeader(chunk: Buffer, at: number): { size: number; length: number } | 'incomplete' | 'malformed' {
  let length = 0
  for (let index = 1; index <= 4; index++) {
    const byte = chunk[at + index]
    if (byte === undefined) return 'incomplete'
    length += (byte & 0x7f) * 128 ** (index - 1)
    if ((byte & 0x80) === 0) return { size: index + 1, length }
  }
  return 'malformed'
}

function describe(
  { header, parts, bytes }: { header: number; parts: Buffer[]; bytes: number },
  version5: boolean,
): OversizedPublish {
  const body = Buffer.concat(parts)
  const qos = (header >> 1) & 3
  const topicEnd = 2 + (body.length >= 2 ? body.readUInt16BE(0) : 0)
  let at = topicEnd
  let messageId: number | undefined
  if (qos > 0 && body.length >= at + 2) {
    messageId = body.readUInt16BE(at)
    at += 2
  }
  if (version5) {
    const properties = readHeader(body, at - 1)
    if (typeof properties === 'object') at += properties.size - 1 + properties.length
  }
  return {
    topic: body.toString('utf8', 2, topicEnd),
    qos,
    messageId,
    duplicate: (header & 8) !== 0,
    retain: (header & 1) !== 0,
    payload: body.subarray(Math.min(at, body.length)),
    payloadBytes: Math.max(0, bytes - at),
  }
}
