// Who of a group's members has which slots: as even as can be, and nobody loses a slot that need not move.

export interface SlotMember {
  readonly id: string
  /** slots that the member has now */
  readonly owned: ReadonlySet<number>
}

/** Shares slots 0…slots−1: every member gets ⌊slots/members⌋ or one more; ties go by id. Pure, so every member computes the same. */
export function shareSlots(slots: number, members: readonly SlotMember[]): Map<string, Set<number>> {
  const shares = new Map<string, Set<number>>()
  // who owns more keeps the larger share: fewer slots move
  const ordered = [...members].sort((a, b) => b.owned.size - a.owned.size || (a.id < b.id ? -1 : 1))
  const taken = new Set<number>()
  const least = Math.floor(slots / Math.max(1, ordered.length))
  const larger = slots - least * ordered.length
  for (const [rank, member] of ordered.entries()) {
    const size = least + (rank < larger ? 1 : 0)
    const kept = [...member.owned].filter((slot) => slot >= 0 && slot < slots && !taken.has(slot)).sort(ascending)
    const share = new Set(kept.slice(0, size))
    for (const slot of share) taken.add(slot)
    shares.set(member.id, share)
  }
  const free = Array.from({ length: slots }, (_, slot) => slot).filter((slot) => !taken.has(slot))
  for (const [rank, member] of ordered.entries()) {
    const share = shares.get(member.id)
    const size = least + (rank < larger ? 1 : 0)
    while (share && share.size < size) {
      const slot = free.shift()
      if (slot === undefined) break
      share.add(slot)
    }
  }
  return shares
}

const ascending = (a: number, b: number) => a - b
