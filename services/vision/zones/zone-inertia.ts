// Inertia of zones: an object is in a zone after N frames in a row inside, and out after N frames in a row outside, so a box that
// flickers over an edge neither enters nor leaves.

export interface ZoneMemory {
  /** zones that hold the object now */
  readonly held: readonly string[]
  /** zone → frames in a row that contradict `held` */
  readonly doubts: Readonly<Record<string, number>>
}

export const nowhere: ZoneMemory = { held: [], doubts: {} }

/** One frame further: `inside` are the zones whose polygon holds the object in this frame. */
export function rememberZones(memory: ZoneMemory, inside: readonly string[], inertiaFrames: number): ZoneMemory {
  const held = new Set(memory.held)
  const doubts: Record<string, number> = {}
  for (const zone of new Set([...memory.held, ...inside])) {
    if (held.has(zone) === inside.includes(zone)) continue
    const doubted = (memory.doubts[zone] ?? 0) + 1
    if (doubted < inertiaFrames) doubts[zone] = doubted
    else if (held.has(zone)) held.delete(zone)
    else held.add(zone)
  }
  return { held: [...held].sort(), doubts }
}
