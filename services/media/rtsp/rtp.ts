// RTP packets and RTCP sender reports (RFC 3550) read; sender reports and goodbyes written.

export interface RtpPacket {
  readonly marker: boolean
  readonly payloadType: number
  readonly sequence: number
  /** in units of the track's clock rate, modulo 2^32 */
  readonly timestamp: number
  readonly source: number
  readonly payload: Buffer
}

/** The packet, or undefined if it is none. Never throws. */
export function readRtp(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < 12) return undefined
  const first = bytes.readUInt8(0)
  if (first >> 6 !== 2) return undefined
  let start = 12 + (first & 0x0f) * 4
  if (first & 0x10) {
    if (bytes.length < start + 4) return undefined
    start += 4 + bytes.readUInt16BE(start + 2) * 4
  }
  let end = bytes.length
  if (first & 0x20) {
    const padding = bytes.readUInt8(bytes.length - 1)
    if (padding === 0) return undefined
    end -= padding
  }
  if (start > end) return undefined
  const second = bytes.readUInt8(1)
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    source: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, end),
  }
}

/** What a sender says of its clock: this RTP timestamp was that wall-clock time. */
export interface SenderReport {
  readonly source: number
  /** milliseconds since the Unix epoch */
  readonly wallClock: number
  readonly timestamp: number
}

/** The sender report in a compound RTCP packet, if there is one. Never throws. */
export function readSenderReport(bytes: Buffer): SenderReport | undefined {
  let start = 0
  while (bytes.length >= start + 8) {
    const length = 4 + bytes.readUInt16BE(start + 2) * 4
    if (bytes.readUInt8(start) >> 6 !== 2) return undefined
    if (bytes.readUInt8(start + 1) === senderReportType && length >= 28 && bytes.length >= start + 28) {
      const seconds = bytes.readUInt32BE(start + 8) - secondsFrom1900To1970
      const fraction = bytes.readUInt32BE(start + 12) / 2 ** 32
      return {
        source: bytes.readUInt32BE(start + 4),
        wallClock: (seconds + fraction) * 1000,
        timestamp: bytes.readUInt32BE(start + 16),
      }
    }
    start += length
  }
  return undefined
}

/** A compound packet of a sender report and the sender's name (RFC 3550 §6.4.1, §6.5), counts modulo 2^32. */
export function writeSenderReport(report: SenderReport, sent: { packets: number; octets: number }): Buffer {
  const name = Buffer.from('qianliyan', 'utf8')
  const described = 8 + 4 * Math.ceil((2 + name.length + 1) / 4)
  const bytes = Buffer.alloc(28 + described)
  bytes.writeUInt8(0x80, 0)
  bytes.writeUInt8(senderReportType, 1)
  bytes.writeUInt16BE(6, 2)
  bytes.writeUInt32BE(report.source >>> 0, 4)
  const seconds = Math.floor(report.wallClock / 1000)
  bytes.writeUInt32BE((seconds + secondsFrom1900To1970) % 2 ** 32, 8)
  bytes.writeUInt32BE(Math.floor((report.wallClock / 1000 - seconds) * 2 ** 32), 12)
  bytes.writeUInt32BE(report.timestamp >>> 0, 16)
  bytes.writeUInt32BE(sent.packets % 2 ** 32, 20)
  bytes.writeUInt32BE(sent.octets % 2 ** 32, 24)
  bytes.writeUInt8(0x81, 28)
  bytes.writeUInt8(202, 29)
  bytes.writeUInt16BE(described / 4 - 1, 30)
  bytes.writeUInt32BE(report.source >>> 0, 32)
  bytes.writeUInt8(1, 36)
  bytes.writeUInt8(name.length, 37)
  name.copy(bytes, 38)
  return bytes
}

/** A compound packet that says the source has gone (RFC 3550 §6.6). */
export function writeGoodbye(source: number): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.set([0x80, 201, 0, 1], 0)
  bytes.writeUInt32BE(source >>> 0, 4)
  bytes.set([0x81, 203, 0, 1], 8)
  bytes.writeUInt32BE(source >>> 0, 12)
  return bytes
}

/** b − a of 32-bit timestamps that wrap: between −2^31 and 2^31 − 1. */
export function timestampDifference(a: number, b: number): number {
  return (b - a) | 0
}

const senderReportType = 200
const secondsFrom1900To1970 = 2_208_988_800
