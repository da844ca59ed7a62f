// Which segments make a clip, and whether it is time to cut it. Pure.

export interface ClipSegment {
  readonly path: string
  readonly started_at: number
  readonly ended_at: number
  readonly stream: string
}

export interface ClipWish {
  readonly moment: number
  readonly started_at: number
  readonly ended_at: number
}

export type ClipPlan =
  | { readonly do: 'wait' }
  | { readonly do: 'cut'; readonly segments: readonly ClipSegment[]; readonly complete: boolean }
  | { readonly do: 'give up'; readonly reason: string }

/** Holes up to this are the time between two pictures. */
const holeMs = 1500

/**
 * Waits until the wanted time is recorded whole, or `waitMs` after its end for whatever there is then.
 * Only segments that one decoder plays through are joined: those around the moment itself.
 */
export function planClip(wish: ClipWish, segments: readonly ClipSegment[], now: number, waitMs: number): ClipPlan {
  const ordered = [...segments].sort((a, b) => a.started_at - b.started_at)
  const late = now > wish.ended_at + waitMs
  const reached = ordered.some((segment) => segment.ended_at >= wish.ended_at)
  if (!reached && !late) return { do: 'wait' }
  const usable = inOneStream(withoutOverlaps(ordered), wish.moment)
  const [first, last] = [usable[0], usable.at(-1)]
  if (!first || !last) {
    return late ? { do: 'give up', reason: 'nothing was recorded at that time' } : { do: 'wait' }
  }
  const holes = usable.some((segment, n) => segment.started_at - (usable[n - 1] ?? segment).ended_at > holeMs)
  const complete = !holes && first.started_at <= wish.started_at + holeMs && last.ended_at >= wish.ended_at - holeMs
  return { do: 'cut', segments: usable, complete }
}

/** After a clock was set back two segments may claim the same time: the earlier one has it. */
function withoutOverlaps(segments: readonly ClipSegment[]): ClipSegment[] {
  const kept: ClipSegment[] = []
  for (const segment of segments) {
    const before = kept.at(-1)
    if (!before || segment.started_at >= before.ended_at - 500) kept.push(segment)
  }
  return kept
}

/** The unbroken run of one stream that is nearest to the moment. */
function inOneStream(segments: readonly ClipSegment[], moment: number): ClipSegment[] {
  const runs: ClipSegment[][] = []
  for (const segment of segments) {
    const run = runs.at(-1)
    if (run?.[0]?.stream === segment.stream) run.push(segment)
    else runs.push([segment])
  }
  const distance = (run: readonly ClipSegment[]) =>
    Math.max(0, (run[0]?.started_at ?? 0) - moment, moment - (run.at(-1)?.ended_at ?? 0))
  return runs.sort((a, b) => distance(a) - distance(b))[0] ?? []
}
