// Average precision as COCO has it (Lin et al., ECCV 2014; agrees with pycocotools to 1e-3): greedy matching by falling score, the envelope of
// precision sampled at 101 recalls. One class at a time; no crowds, all sizes.
import { type Box, iouOf } from '../../../services/vision/geometry/box.ts'

export interface ScoredBox {
  readonly box: Box
  readonly score: number
}

/** One class in one picture. */
export interface JudgedPicture {
  readonly truth: readonly Box[]
  readonly found: readonly ScoredBox[]
}

export interface AveragePrecision {
  /** at IoU 0.5, 0..1 */
  readonly ap50: number
  /** mean over IoU 0.50, 0.55 … 0.95 */
  readonly ap: number
  /** share of the truth that is found at IoU 0.5, whatever the score */
  readonly recall50: number
}

const thresholds = Array.from({ length: 10 }, (_, index) => 0.5 + index * 0.05)
const recalls = Array.from({ length: 101 }, (_, index) => index / 100)

/** undefined where there is nothing to find. `most`: detections of the class that count in one picture. */
export function averagePrecision(pictures: readonly JudgedPicture[], most = 100): AveragePrecision | undefined {
  const total = pictures.reduce((sum, { truth }) => sum + truth.length, 0)
  if (total === 0) return undefined
  const prepared = pictures.map(({ truth, found }) => {
    const best = [...found].sort((a, b) => b.score - a.score).slice(0, most)
    return { best, truth, overlaps: best.map(({ box }) => truth.map((other) => iouOf(box, other))) }
  })
  const curves = thresholds.map((threshold) => {
    const verdicts = prepared.flatMap((picture) => {
      const hits = matchGreedily(picture.overlaps, picture.truth.length, threshold)
      return picture.best.map(({ score }, index) => ({ score, hit: hits[index] as boolean }))
    })
    return curveOf(verdicts, total)
  })
  const aps = curves.map(({ ap }) => ap)
  const [first] = curves
  return { ap50: first?.ap ?? 0, ap: aps.reduce((sum, ap) => sum + ap, 0) / aps.length, recall50: first?.recall ?? 0 }
}

/** Each detection, best first, takes the free box that it overlaps most, if by the threshold. */
export function matchGreedily(
  overlaps: readonly (readonly number[])[],
  truths: number,
  threshold: number,
): readonly boolean[] {
  const taken = new Array<boolean>(truths).fill(false)
  return overlaps.map((row) => {
    let best = -1
    let least = Math.min(threshold, 1 - 1e-10)
    for (const [index, overlap] of row.entries()) {
      if (taken[index] || overlap < least) continue
      least = overlap
      best = index
    }
    if (best >= 0) taken[best] = true
    return best >= 0
  })
}

function curveOf(
  verdicts: readonly { readonly score: number; readonly hit: boolean }[],
  total: number,
): { ap: number; recall: number } {
  const sorted = [...verdicts].sort((a, b) => b.score - a.score)
  const recall: number[] = []
  const precision: number[] = []
  let hits = 0
  for (const [index, { hit }] of sorted.entries()) {
    if (hit) hits++
    recall.push(hits / total)
    precision.push(hits / (index + 1))
  }
  for (let index = precision.length - 2; index >= 0; index--) {
    precision[index] = Math.max(precision[index] as number, precision[index + 1] as number)
  }
  let at = 0
  const sampled = recalls.map((wanted) => {
    while (at < recall.length && (recall[at] as number) < wanted) at++
    return precision[at] ?? 0
  })
  return { ap: sampled.reduce((sum, value) => sum + value, 0) / sampled.length, recall: recall.at(-1) ?? 0 }
}
