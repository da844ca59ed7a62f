// Cuts a time out of segments into one MP4 that any player takes, without encoding anything: it begins at the key frame at or before its start.
import { join } from 'node:path'
import { AppError } from '../../contracts/errors.ts'
import { openMediaFile } from '../playback/read-media-file.ts'
import { layOut } from '../playback/timeline.ts'
import { createMediaFile, type MediaFile } from '../segments/segment-file.ts'

export interface JoinedSegment {
  readonly path: string
  readonly started_at: number
  readonly ended_at: number
  /** ms from its start to each key frame */
  readonly keys: readonly number[]
}

export interface JoinedClip {
  /** event time of its first and after its last picture */
  readonly from: number
  readonly to: number
}

/** QLY_NOT_FOUND if no picture is in that time. */
export async function joinSegments(
  directory: string,
  segments: readonly JoinedSegment[],
  [from, to]: readonly [number, number],
  target: string,
): Promise<JoinedClip> {
  const laid = layOut(segments)
  const origin = startOf(laid, from)
  let clip: MediaFile | undefined
  let end = origin
  // what was shown later for B-frames' sake must not be decoded before the segment before it has ended
  let lastDecode = { video: Number.NEGATIVE_INFINITY, audio: Number.NEGATIVE_INFINITY }
  try {
    for (const { segment, at: startedAt } of laid) {
      if (segment.started_at >= to) break
      const file = await openMediaFile(join(directory, segment.path))
      try {
        clip ??= await createMediaFile(target, file.parameters, { fragmented: false })
        for await (const { shownMs, decodeMs, ...packet } of file.packets()) {
          const at = startedAt + shownMs
          const decodeAt = startedAt + decodeMs
          // what is wanted is told in event time, from which a corrected clock has moved this segment
          if (segment.started_at + decodeMs >= to) break
          if (at < origin - 1 || decodeAt <= lastDecode[packet.track]) continue
          lastDecode = { ...lastDecode, [packet.track]: decodeAt }
          clip.write([{ ...packet, shownMs: at - origin, decodeMs: Math.max(0, decodeAt - origin) }])
          if (packet.track === 'video') end = Math.max(end, at + packet.durationMs)
        }
      } finally {
        await file.close()
      }
    }
  } catch (error) {
    await clip?.close().catch(() => {})
    throw error
  }
  if (!clip || end === origin) {
    await clip?.close().catch(() => {})
    throw new AppError('QLY_NOT_FOUND', 'nothing was recorded at that time')
  }
  await clip.close()
  return { from: Math.round(origin), to: Math.round(end) }
}

/** The last key frame at or before `from`; if there is none, the first of all. */
function startOf(laid: readonly { readonly segment: JoinedSegment; readonly at: number }[], from: number): number {
  const keys = laid.flatMap(({ segment, at }) => segment.keys.map((key) => at + key))
  return keys.findLast((key) => key <= from) ?? keys[0] ?? from
}
