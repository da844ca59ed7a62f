// Puts packets that UDP delivered out of order back in order: waits for a missing one until a few later ones are there, then gives it up.

export interface Sequenced {
  readonly sequence: number
}

/** `depth`: how many later packets may wait for a missing one. */
export function createReorderBuffer<Packet extends Sequenced>(depth: number): (packet: Packet) => Packet[] {
  const held = new Map<number, Packet>()
  let next: number | undefined
  return (packet) => {
    const ahead = next === undefined ? 0 : ((packet.sequence - next) << 16) >> 16
    // much too old: late or a copy; a far jump is a sender that began anew
    if (ahead < 0 && ahead > -1000) return []
    if (Math.abs(ahead) >= 1000) held.clear()
    if (next === undefined || held.size === 0) next ??= packet.sequence
    if (Math.abs(ahead) >= 1000) next = packet.sequence
    held.set(packet.sequence, packet)
    const ready: Packet[] = []
    const take = () => {
      for (let found = held.get(next ?? 0); found; found = held.get(next ?? 0)) {
        held.delete(found.sequence)
        ready.push(found)
        next = (found.sequence + 1) & 0xffff
      }
    }
    take()
    while (held.size > depth) {
      const from = next ?? 0
      next = [...held.keys()].reduce((a, b) => (((a - from) & 0xffff) <= ((b - from) & 0xffff) ? a : b))
      take()
    }
    return ready
  }
}
