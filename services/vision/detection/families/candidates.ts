// What the detectors share: the best class of each row of scores, and from candidates to sound detections.
import type { CutDetection } from '../detection.ts'
import { byScore, suppressNonMaxima } from '../non-maximum-suppression.ts'
import type { DecodeOptions } from './family.ts'

export type Quad = [number, number, number, number]

export interface Candidate {
  /** number of the row */
  readonly anchor: number
  readonly label: string
  readonly score: number
}

/** Where the scores lie: class c of anchor a at `offset + a × row + c × step`. */
export interface ScoreLayout {
  readonly anchors: number
  readonly offset: number
  readonly row: number
  /** default 1 */
  readonly step?: number
  /** place of the objectness, which multiplies, relative to `a × row`; absent: none */
  readonly objectness?: number
}

/** A model that finds everything everywhere is bounded: only so many best candidates go on. */
const maximumCandidates = 1000

/** Best class of each anchor. */
export function bestOf(
  data: Float32Array,
  classOf: readonly (string | undefined)[],
  { anchors, offset, row, step = 1, objectness }: ScoreLayout,
  { minimumScore }: DecodeOptions,
): Candidate[] {
  const found: Candidate[] = []
  for (let anchor = 0, at = 0; anchor < anchors; anchor++, at += row) {
    const sure = objectness === undefined ? 1 : (data[at + objectness] as number)
    if (!(sure >= minimumScore)) continue
    let best = -1
    let score = 0
    for (let index = 0; index < classOf.length; index++) {
      const value = data[at + offset + index * step] as number
      if (value > score && classOf[index] !== undefined) {
        score = value
        best = index
      }
    }
    if (best >= 0 && score * sure >= minimumScore)
      found.push({ anchor, label: classOf[best] as string, score: score * sure })
  }
  return found.length <= maximumCandidates ? found : found.sort((a, b) => b.score - a.score).slice(0, maximumCandidates)
}

/** Sound boxes of the candidates; `nms` undefined: the model has suppressed doubles itself. */
export function finish(
  candidates: readonly Candidate[],
  nms: number | undefined,
  boxOf: (anchor: number) => Quad,
): CutDetection[] {
  const detections = candidates.flatMap(({ anchor, label, score }) => {
    const box = boxOf(anchor)
    const sound = box.every(Number.isFinite) && box[2] > box[0] && box[3] > box[1]
    return sound ? [{ label, score: Math.min(1, score), box }] : []
  })
  return nms === undefined ? detections.sort(byScore) : suppressNonMaxima(detections, nms)
}

export const centredBox = (x: number, y: number, width: number, height: number): Quad => [
  x - width / 2,
  y - height / 2,
  x + width / 2,
  y + height / 2,
]

export const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))
