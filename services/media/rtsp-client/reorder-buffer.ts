// Puts packets that UDP delivered out of order back in order: waits for a missing one until a few later ones are there, then gives it up.

export interface Sequenced {
  /** 16 bit, wraps */
  readonly sequence: number
}

/** A jump by at least this is a sender that began anew. */
const anewDistance = 1000

/** `depth`: how many later packets may wait for a missing one. Returns the packets that are in order now. */
export function createReorderBuffer<Packet extends Sequenced>(depth: number): (packet: Packet) => Packet[] {
  let held: Packet[] = []
  let next: number | undefined
  return (packet) => {
    next ??= packet.sequence
    const ahead = distance(next, packet.sequence)
    if (Math.abs(ahead) >= anewDistance) {
      held = []
      next = packet.sequence
    } else if (ahead < 0 || held.some(({ sequence }) => sequence === packet.sequence)) return []
    const from = next
    held.push(packet)
    held.sort((a, b) => distance(from, a.sequence) - distance(from, b.sequence))
    const ready: Packet[] = []
    for (let first = held[0]; first && (first.sequence === next || held.length > depth); first = held[0]) {
      held.shift()
      ready.push(first)
      next = (first.sequence + 1) & 0xffff
    }
    return ready
  }
}

/** b − a of 16-bit numbers that wrap. */
const distance = (a: number, b: number): number => ((b - a) << 16) >> 16
