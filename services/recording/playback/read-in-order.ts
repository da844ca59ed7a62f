// A recording of a camera in order, with its original event times, as its connection brought it: for replay through the live path.
import { join } from 'node:path'
import type { RecordedPart } from '../../contracts/recordings.ts'
import type { SegmentIndex } from '../index/segment-index.ts'
import { openMediaFile } from './read-media-file.ts'
import { joinMs } from './timeline.ts'

/**
 * Everything of [from, to); begins at a key frame at or before `from`. A stream begins anew after every gap and change of parameters.
 * One segment at a time is open. QLY_STORAGE_CORRUPT for a file that cannot be read.
 */
export async function* readInOrder(
  { index, directory }: { readonly index: Pick<SegmentIndex, 'between'>; readonly directory: string },
  cameraId: string,
  from: number,
  to: number,
): AsyncGenerator<RecordedPart> {
  let before: { stream: string; ended_at: number } | undefined
  for (const row of await index.between(cameraId, from, to)) {
    // after a clock was set back: the earlier segment has the time, events never go back
    if (before && row.started_at < before.ended_at - joinMs) continue
    const file = await openMediaFile(join(directory, row.path))
    try {
      const { codec, extraData, width, height, audio } = file.parameters
      const follows = before && row.stream === before.stream && row.started_at - before.ended_at <= joinMs
      if (!follows) yield { stream: { codec, extraData, size: { width, height }, audio } }
      for await (const { track, bytes, key, shownMs, decodeMs } of file.packets()) {
        const at = row.started_at + shownMs
        if (at >= to) continue
        yield { packet: { track, bytes, key, mediaMs: at, decodeMs: row.started_at + decodeMs, at } }
      }
    } finally {
      await file.close()
    }
    before = row
  }
}
