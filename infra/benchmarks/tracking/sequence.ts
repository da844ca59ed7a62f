// What tracker figures are computed from: boxes of truth and of a tracker, frame by frame, with their ids.
import { type Box, iouOf } from '../../../services/vision/geometry/box.ts'

export interface Labelled {
  readonly id: number
  readonly box: Box
}

export interface SequenceFrame {
  readonly truth: readonly Labelled[]
  readonly tracked: readonly Labelled[]
}

/** IoU of every pair of a frame: [truth][tracked]. */
export const similarityOf = ({ truth, tracked }: SequenceFrame): number[][] =>
  truth.map((own) => tracked.map((other) => iouOf(own.box, other.box)))

/** Frames in which each id occurs. */
export function countIds(frames: readonly SequenceFrame[], side: 'truth' | 'tracked'): Map<number, number> {
  const counts = new Map<number, number>()
  for (const frame of frames) for (const { id } of frame[side]) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

/** Adds to the cell of a pair of ids. */
export function addTo(cells: Map<string, number>, truth: number, tracked: number, value: number): void {
  const key = `${truth} ${tracked}`
  cells.set(key, (cells.get(key) ?? 0) + value)
}

/** MOTChallenge text (frame, id, left, top, width, height, …) as boxes by frame, from frame 1. */
export function parseMotText(text: string): Map<number, Labelled[]> {
  const frames = new Map<number, Labelled[]>()
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const [frame, id, left, top, width, height] = line.split(',').map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    frames.set(frame, [...(frames.get(frame) ?? []), { id, box: [left, top, left + width, top + height] }])
  }
  return frames
}
