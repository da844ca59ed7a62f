// From cuts to the full frame: boxes become fractions of the frame, and what two overlapping cuts saw of one thing becomes one detection.
import type { FrameCutPixels } from '../../contracts/frames.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import { type Box, clampToFrame, coverageOf, iouOf, isDouble, isPart } from '../geometry/box.ts'
import { groupOf } from '../zones/zone-rules.ts'
import type { CutDetection, Detection } from './detection.ts'

/** Where a cut's picture lies in the model's input, and in the frame. */
export type CutPlacement = Pick<FrameCutPixels, 'cut' | 'offsetX' | 'offsetY' | 'pictureWidth' | 'pictureHeight'>

/** A box in pixels of the model's input → fractions of the full frame, cut to the region. */
export function boxToFrame(box: Box, placement: CutPlacement): PictureBox {
  const [left, top, right, bottom] = placement.cut.region
  const x = (pixel: number) => left + clampTo1((pixel - placement.offsetX) / placement.pictureWidth) * (right - left)
  const y = (pixel: number) => top + clampTo1((pixel - placement.offsetY) / placement.pictureHeight) * (bottom - top)
  return clampToFrame([x(box[0]), y(box[1]), x(box[2]), y(box[3])])
}

export interface MergeOptions {
  /** name@hash of the model */
  readonly model: string
  readonly thresholdOf: (label: string) => number
  /** boxes of one label that overlap more (IoU) are one thing */
  readonly iou: number
}

/**
 * All detections of one model in one frame. Of a thing seen in two cuts the one that no cut's edge truncates stays; of one seen under two
 * classes of a group (a van as car and as large vehicle) the surer one.
 */
export function mergeCuts(
  cuts: readonly { readonly placement: CutPlacement; readonly detections: readonly CutDetection[] }[],
  { model, thresholdOf, iou }: MergeOptions,
): Detection[] {
  const all = cuts.flatMap(({ placement, detections }, index) =>
    detections.map(({ label, score, box }) => {
      const inFrame = boxToFrame(box, placement)
      return { label, score, box: inFrame, cut: index, truncated: touchesInnerEdge(inFrame, placement.cut.region) }
    }),
  )
  all.sort((a, b) => Number(a.truncated) - Number(b.truncated) || b.score - a.score || a.cut - b.cut)
  const kept: typeof all = []
  for (const one of all) {
    const same = kept.some(
      (other) =>
        groupOf(other.label) === groupOf(one.label) &&
        (other.cut !== one.cut || other.label !== one.label) &&
        (iouOf(other.box, one.box) > iou ||
          (other.cut !== one.cut && one.truncated && coverageOf(one.box, other.box) > 0.8)),
    )
    if (!same) kept.push(one)
  }
  return withoutParts(kept)
    .filter(({ box }) => box[2] > box[0] && box[3] > box[1])
    .map(({ label, score, box }) => ({ label, score, box, model, threshold: thresholdOf(label) }))
}

/** The whole is about as sure as its part: a large box that is mere fancy swallows nothing. */
const wholeSureness = 0.8

/** Small models take a rear window for a car, or two cars together for a truck: a part goes, and of doubles the less sure one. */
function withoutParts<Found extends { label: string; score: number; box: PictureBox }>(
  found: readonly Found[],
): Found[] {
  const vehicles = found.filter(({ label }) => groupOf(label) === 'motor')
  return found.filter(
    (one) =>
      groupOf(one.label) !== 'motor' ||
      !vehicles.some((other) => {
        if (other === one) return false
        if (isPart(one.box, other.box)) return other.score >= wholeSureness * one.score
        return other.score > one.score && isDouble(one.box, other.box)
      }),
  )
}

/** The box ends at an edge of the region that is not an edge of the frame: the thing may go on beyond it. */
function touchesInnerEdge(box: PictureBox, region: PictureBox): boolean {
  const near = 0.01
  const [width, height] = [region[2] - region[0], region[3] - region[1]]
  return (
    (region[0] > 0 && box[0] - region[0] < near * width) ||
    (region[1] > 0 && box[1] - region[1] < near * height) ||
    (region[2] < 1 && region[2] - box[2] < near * width) ||
    (region[3] < 1 && region[3] - box[3] < near * height)
  )
}

const clampTo1 = (value: number): number => Math.min(1, Math.max(0, value))
