// A recording of a camera in order, with its original event times, as its connection brought it: for replay through the live path.
import type { RecordedPart } from '../../contracts/recordings.ts'
import type { OpenMediaFile } from './read-media-file.ts'
import { joinMs } from './timeline.ts'

/** A segment wherever it lies. Times in ms since the epoch. */
export interface OrderedSegment {
  /** the same as before: codec, size and parameters are the same */
  readonly stream: string
  readonly startedAt: number
  readonly endedAt: number
  open(): Promise<OpenMediaFile>
}

/**
 * Everything of the segments, given in the order of time, before `to`. A stream begins anew after every gap and change of parameters.
 * One segment at a time is open. QLY_STORAGE_CORRUPT for a file that cannot be read.
 */
export async function* readInOrder(
  segments: Iterable<OrderedSegment> | AsyncIterable<OrderedSegment>,
  to: number,
): AsyncGenerator<RecordedPart> {
  let before: OrderedSegment | undefined
  for await (const segment of segments) {
    const { startedAt, stream } = segment
    // after a clock was set back: the earlier segment has the time, events never go back
    if (before && startedAt < before.endedAt - joinMs) continue
    const file = await segment.open()
    try {
      const { codec, extraData, width, height, audio } = file.parameters
      const follows = before && stream === before.stream && startedAt - before.endedAt <= joinMs
      if (!follows) yield { stream: { codec, extraData, size: { width, height }, audio } }
      for await (const { track, bytes, key, shownMs, decodeMs } of file.packets()) {
        const at = startedAt + shownMs
        if (at >= to) continue
        yield { packet: { track, bytes, key, mediaMs: at, decodeMs: startedAt + decodeMs, at } }
      }
    } finally {
      await file.close()
    }
    before = segment
  }
}
