// Two models' detections of one frame, compared: pure. Of each class, what overlaps enough is the same thing.
import type { Detection } from '../detection/detection.ts'
import { iouOf } from '../geometry/box.ts'

type Seen = Pick<Detection, 'label' | 'score' | 'box'>

export interface Compared {
  /** as the new model has it, with the overlap */
  readonly both: readonly (Seen & { readonly overlap: number })[]
  readonly onlyOld: readonly Seen[]
  readonly onlyNew: readonly Seen[]
}

/** Pairs by falling overlap, each detection once; `iou`: from which two are one thing. */
export function compareDetections(old: readonly Seen[], fresh: readonly Seen[], iou: number): Compared {
  const pairs = old
    .flatMap((before) =>
      fresh
        .filter(({ label }) => label === before.label)
        .map((after) => ({ before, after, overlap: iouOf(before.box, after.box) })),
    )
    .filter(({ overlap }) => overlap >= iou)
    .sort((a, b) => b.overlap - a.overlap)
  const paired = new Set<Seen>()
  const both: (Seen & { overlap: number })[] = []
  for (const { before, after, overlap } of pairs) {
    if (paired.has(before) || paired.has(after)) continue
    paired.add(before).add(after)
    both.push({ ...after, overlap })
  }
  return {
    both,
    onlyOld: old.filter((one) => !paired.has(one)),
    onlyNew: fresh.filter((one) => !paired.has(one)),
  }
}

interface LabelSum {
  agreed: number
  onlyOld: number
  onlyNew: number
  overlaps: number
}

/** Adds frames up, label by label. */
export function createTally() {
  const sums = new Map<string, LabelSum>()
  const of = (label: string): LabelSum => {
    const sum = sums.get(label) ?? { agreed: 0, onlyOld: 0, onlyNew: 0, overlaps: 0 }
    sums.set(label, sum)
    return sum
  }
  return {
    add({ both, onlyOld, onlyNew }: Compared): void {
      for (const { label, overlap } of both) {
        of(label).agreed++
        of(label).overlaps += overlap
      }
      for (const { label } of onlyOld) of(label).onlyOld++
      for (const { label } of onlyNew) of(label).onlyNew++
    },
    labels() {
      return Object.fromEntries(
        [...sums].map(([label, { overlaps, ...counts }]) => {
          const mean = counts.agreed === 0 ? 0 : overlaps / counts.agreed
          return [label, { ...counts, overlap: Math.round(mean * 1000) / 1000 }]
        }),
      )
    },
  }
}
