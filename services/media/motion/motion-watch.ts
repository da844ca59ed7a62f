// Watches a camera's decoded pictures for motion, for whoever keeps recordings by it. A look now and then costs a small picture; nothing of it leaves the process.
import type { Frame } from 'node-av'
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { PicturePolygon } from '../../contracts/geometry.ts'
import { maskBoxes } from '../privacy/mask-rows.ts'
import { freshMotion, judgeMotion } from './picture-motion.ts'
import { createSmallGrey } from './small-grey.ts'

export interface MotionWatch {
  /** Looks if it is time; resolves when the frame is not needed any more. Rejects if the picture cannot be read. */
  offer(frame: Frame, at: number): Promise<void>
  close(): void
}

/** What moves must cover about a hundredth of the width: a person 30 m away in an ordinary view. */
const size = { width: 96, height: 54 }

/** `moved` is told the event time (ms) of each look that found motion since the look before. What lies under `masks` does not count. */
export function createMotionWatch(
  config: MediaConfig['motion'],
  masks: readonly PicturePolygon[],
  moved: (at: number) => void,
): MotionWatch {
  const small = createSmallGrey(size)
  const ignored = masks.length > 0 ? coveredPixels(masks) : undefined
  let state = freshMotion
  let due = Number.NEGATIVE_INFINITY
  return {
    async offer(frame, at) {
      if (at < due) return
      due = at + config.everySeconds * 1000
      const judged = judgeMotion(state, await small.of(frame), config, ignored)
      state = judged.state
      if (judged.moves) moved(at)
    },
    close: () => small.close(),
  }
}

function coveredPixels(masks: readonly PicturePolygon[]): Uint8Array {
  const covered = new Uint8Array(size.width * size.height)
  for (const [left, top, right, bottom] of maskBoxes(masks, size.height)) {
    const [from, to] = [Math.floor(left * size.width), Math.ceil(right * size.width)]
    for (let y = Math.round(top * size.height); y < Math.round(bottom * size.height); y++)
      covered.fill(1, y * size.width + Math.max(0, from), y * size.width + Math.min(size.width, to))
  }
  return covered
}
