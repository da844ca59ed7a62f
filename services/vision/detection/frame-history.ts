// What a model of several frames is shown: the cut as it is and as it was some time ago, below each other. One history a camera and model.
import type { FrameCutPixels } from '../../contracts/frames.ts'
import type { ModelDescription } from '../model-registry/model-description.ts'

export type FramesFormat = NonNullable<ModelDescription['frames']>

export interface FrameHistory {
  /** The cut's last frames, oldest first, as one picture of `count` times the height, on memory of its own. Frames come in order. */
  stack(cut: FrameCutPixels, at: number): Uint8Array
  /** Nothing before this is shown any more (a new connection, another size). */
  clear(): void
}

interface Kept {
  readonly at: number
  readonly rgb: Uint8Array
}

/** A frame counts as so long ago that is at least this share of the wanted time older than the one after it. */
const early = 0.75

export function createFrameHistory({ count, everySeconds }: FramesFormat): FrameHistory {
  const gap = 1000 * everySeconds * early
  const kept = new Map<string, Kept[]>()
  return {
    stack({ cut, rgb }, at) {
      const past = kept.get(cut.id) ?? []
      kept.set(cut.id, past)
      const chosen: Kept[] = [{ at, rgb }]
      for (const frame of past.toReversed()) {
        if (chosen.length < count && (chosen.at(-1) as Kept).at - frame.at >= gap) chosen.push(frame)
      }
      // Frames closer together than half of what is wanted are not worth their memory.
      if (past.length === 0 || at - (past.at(-1) as Kept).at >= gap / 2) past.push({ at, rgb: rgb.slice() })
      const oldest = chosen[count - 1]
      if (oldest) past.splice(0, past.indexOf(oldest))
      return stackOf(chosen.map((frame) => frame.rgb).reverse(), count)
    },
    clear: () => kept.clear(),
  }
}

/** Frames, oldest first, as one picture; where there are fewer than `count`, the oldest is repeated: nothing moved. Shared, so that threads take it as it is. */
export function stackOf(frames: readonly Uint8Array[], count: number): Uint8Array {
  const size = (frames[0] as Uint8Array).length
  const stack = new Uint8Array(new SharedArrayBuffer(count * size))
  for (let index = 0; index < count; index++)
    stack.set(frames[Math.max(0, index - count + frames.length)] as Uint8Array, index * size)
  return stack
}
