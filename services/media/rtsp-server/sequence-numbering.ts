// RTP sequence numbers for one player: the publisher's, without the hole of a pause. RFC 2326 appendix B wants them continuous for who pauses and goes on.
import type { StreamPacket } from './published-stream.ts'

export interface SequenceNumbering {
  /** The player goes on after a pause: the next packet of each track follows the last one that it got. */
  resume(): void
  /** The packet as this player gets it. A copy where its number differs; reports pass as they are. */
  number(packet: StreamPacket): StreamPacket
  /** The number that this player will see on the next packet of a track whose publisher calls it `sequence`. */
  next(track: number, sequence: number): number
}

/** where the sequence number lies in an RTP packet (RFC 3550 §5.1) */
const at = 2

export function createSequenceNumbering(): SequenceNumbering {
  const places = new Map<number, { last: number; shift: number; resumes: boolean }>()
  const follow = (track: number, sequence: number): number => {
    const place = places.get(track)
    if (!place) return sequence
    return (place.resumes ? place.last + 1 : sequence + place.shift) & 0xffff
  }
  return {
    resume() {
      for (const place of places.values()) place.resumes = true
    },
    number(packet) {
      if (packet.control || packet.bytes.length < 12) return packet
      const sequence = packet.bytes.readUInt16BE(at)
      const last = follow(packet.track, sequence)
      places.set(packet.track, { last, shift: (last - sequence) & 0xffff, resumes: false })
      if (last === sequence) return packet
      const bytes = Buffer.from(packet.bytes)
      bytes.writeUInt16BE(last, at)
      return { ...packet, bytes }
    },
    next: follow,
  }
}
