// Non-maximum suppression: of detections of one label that overlap, the best stays. Order and ties are fixed, so runs repeat exactly.
import { type Box, iouOf } from '../geometry/box.ts'

interface Scored {
  readonly label: string
  readonly score: number
  readonly box: Box
}

/** Keeps the best of each heap of boxes of one label whose IoU exceeds `iou`; result by falling score. */
export function suppressNonMaxima<Candidate extends Scored>(
  candidates: readonly Candidate[],
  iou: number,
): Candidate[] {
  const sorted = [...candidates].sort(byScore)
  const kept: Candidate[] = []
  for (const candidate of sorted) {
    const doubled = kept.some((better) => better.label === candidate.label && iouOf(better.box, candidate.box) > iou)
    if (!doubled) kept.push(candidate)
  }
  return kept
}

/** Falling score; equal scores by place. */
export function byScore(a: Scored, b: Scored): number {
  return b.score - a.score || a.box[0] - b.box[0] || a.box[1] - b.box[1] || a.box[2] - b.box[2] || a.box[3] - b.box[3]
}
