// NAL units of one picture → RTP packets, H.264 (RFC 6184, single NAL units and FU-A) and H.265 (RFC 7798, single NAL units and FU); frames of AAC (RFC 3640). Pure.
import type { NalCodec } from './nal-units.ts'

export interface Packetiser {
  /** The packets of a picture; the last one has the marker. `timestamp` in units of the clock rate, taken modulo 2^32. */
  packetise(units: readonly Buffer[], timestamp: number): Buffer[]
}

const headerLength = 12

/** `maximumPayload`: bytes after the RTP header, at least 64. Sequence numbers begin where told. */
export function createPacketiser(
  codec: NalCodec,
  options: { readonly payloadType: number; readonly source: number; readonly maximumPayload?: number },
): Packetiser {
  const { payloadType, source, maximumPayload = 1400 } = options
  const packet = createPacketWriter(payloadType, source)

  const fragments = (unit: Buffer, timestamp: number, last: boolean): Buffer[] => {
    const nalHeader = codec === 'H264' ? 1 : 2
    const content = unit.subarray(nalHeader)
    const type = codec === 'H264' ? unit.readUInt8(0) & 0x1f : (unit.readUInt8(0) >> 1) & 0x3f
    const indicator =
      codec === 'H264'
        ? Buffer.from([(unit.readUInt8(0) & 0xe0) | 28])
        : Buffer.from([(unit.readUInt8(0) & 0x81) | (49 << 1), unit.readUInt8(1)])
    const size = maximumPayload - indicator.length - 1
    const packets: Buffer[] = []
    for (let from = 0; from < content.length; from += size) {
      const end = from + size >= content.length
      const fu = Buffer.from([(from === 0 ? 0x80 : 0) | (end ? 0x40 : 0) | type])
      packets.push(packet(timestamp, last && end, indicator, fu, content.subarray(from, from + size)))
    }
    return packets
  }

  return {
    packetise(units, timestamp) {
      const whole = units.filter(({ length }) => length > (codec === 'H264' ? 1 : 2))
      return whole.flatMap((unit, index) => {
        const last = index === whole.length - 1
        return unit.length <= maximumPayload ? [packet(timestamp, last, unit)] : fragments(unit, timestamp, last)
      })
    },
  }
}

/** A packet with the next sequence number. */
function createPacketWriter(payloadType: number, source: number) {
  let sequence = 0
  return (timestamp: number, marker: boolean, ...parts: readonly Buffer[]): Buffer => {
    const header = Buffer.alloc(headerLength)
    header.writeUInt8(0x80, 0)
    header.writeUInt8((marker ? 0x80 : 0) | payloadType, 1)
    header.writeUInt16BE(sequence, 2)
    header.writeUInt32BE(timestamp >>> 0, 4)
    header.writeUInt32BE(source >>> 0, 8)
    sequence = (sequence + 1) & 0xffff
    return Buffer.concat([header, ...parts])
  }
}

/** One frame of AAC a packet, with sizes of 13 bits and indices of 3 (AAC-hbr). */
export function createSoundPacketiser({ payloadType, source }: { payloadType: number; source: number }) {
  const packet = createPacketWriter(payloadType, source)
  return {
    packetise(frame: Buffer, timestamp: number): Buffer {
      const header = Buffer.alloc(4)
      header.writeUInt16BE(16, 0)
      header.writeUInt16BE((frame.length & 0x1fff) << 3, 2)
      return packet(timestamp, true, header, frame)
    },
  }
}
