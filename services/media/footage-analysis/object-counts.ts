// Counts what the frames of a footage show, by label. Pure.
import type { FootageSummary } from '../../contracts/events/footage-changed-v1.ts'
import type { SeenObject } from '../../contracts/frames.ts'

export interface ObjectCounts {
  /** What one model tracks in one frame. */
  saw(objects: readonly SeenObject[]): void
  /** The frame was analysed; `at` in milliseconds. */
  frame(at: number): void
  summary(): FootageSummary
}

/** Tracks of an instant are flicker: in a video an object counts from its second frame on, in a picture from its only one. */
export function createObjectCounts(): ObjectCounts {
  const tracks = new Map<number, { label: string; frames: number }>()
  const most = new Map<string, number>()
  let frames = 0
  let first: number | undefined
  let last = 0
  return {
    saw(objects) {
      const now = new Map<string, number>()
      for (const { trackId, label } of objects) {
        // the newest label is the best vote
        tracks.set(trackId, { label, frames: (tracks.get(trackId)?.frames ?? 0) + 1 })
        now.set(label, (now.get(label) ?? 0) + 1)
      }
      for (const [label, count] of now) most.set(label, Math.max(count, most.get(label) ?? 0))
    },
    frame(at) {
      frames++
      first ??= at
      last = at
    },
    summary() {
      const objects = new Map<string, number>()
      for (const { label, frames: seen } of tracks.values()) {
        if (seen >= Math.min(2, frames)) objects.set(label, (objects.get(label) ?? 0) + 1)
      }
      return {
        frames,
        seconds: Math.max(0, last - (first ?? last)) / 1000,
        objects: Object.fromEntries(objects),
        mostAtOnce: Object.fromEntries(most),
      }
    },
  }
}
