// Figures of a tracker against exact truth: HOTA (Luiten et al., IJCV 2021), CLEAR MOT (Bernardin & Stiefelhagen, 2008) and IDF1 (Ristani et al.,
// ECCV 2016), defined as TrackEval computes them; a test holds them against TrackEval's own results.
import { assign } from '../../../services/vision/tracking/assignment.ts'
import { addTo, countIds, type SequenceFrame, similarityOf } from './sequence.ts'

export interface TrackerFigures {
  /** means over localisation thresholds 0.05 … 0.95 */
  readonly hota: number
  readonly detA: number
  readonly assA: number
  readonly locA: number
  /** at IoU 0.5 */
  readonly mota: number
  readonly motp: number
  readonly truePositives: number
  readonly falseNegatives: number
  readonly falsePositives: number
  readonly idSwitches: number
  readonly idf1: number
}

const epsilon = 2 ** -52

export function tracksJudged(frames: readonly SequenceFrame[]): TrackerFigures {
  return { ...hotaOf(frames), ...clearMotOf(frames), idf1: idf1Of(frames) }
}

/** Pairs of the greatest total score, as [row, column]; every row or every column is used. */
function bestPairs(scores: readonly (readonly number[])[]): [number, number][] {
  let most = 1
  for (const row of scores) for (const score of row) most = Math.max(most, score)
  const columns = assign(
    scores.map((row) => row.map((score) => most - score)),
    most + 1,
  )
  return columns.flatMap((column, row) => (column < 0 ? [] : [[row, column] as [number, number]]))
}

function hotaOf(frames: readonly SequenceFrame[]): Pick<TrackerFigures, 'hota' | 'detA' | 'assA' | 'locA'> {
  const [truthCount, trackedCount] = [countIds(frames, 'truth'), countIds(frames, 'tracked')]
  const potential = new Map<string, number>()
  for (const frame of frames) {
    const similar = similarityOf(frame)
    const columnSums = frame.tracked.map((_, column) => similar.reduce((sum, row) => sum + (row[column] ?? 0), 0))
    for (const [row, line] of similar.entries()) {
      const rowSum = line.reduce((sum, value) => sum + value, 0)
      for (const [column, value] of line.entries()) {
        const union = rowSum + (columnSums[column] ?? 0) - value
        const [own, other] = pairAt(frame, row, column)
        if (union > epsilon) addTo(potential, own, other, value / union)
      }
    }
  }
  const alignment = (own: number, other: number) => {
    const shared = potential.get(`${own} ${other}`) ?? 0
    return shared / ((truthCount.get(own) ?? 0) + (trackedCount.get(other) ?? 0) - shared)
  }

  const matched = frames.map((frame) => {
    const similar = similarityOf(frame)
    const scores = similar.map((line, row) =>
      line.map((value, column) => alignment(...pairAt(frame, row, column)) * value),
    )
    return bestPairs(scores).map(([row, column]) => ({
      pair: pairAt(frame, row, column),
      similarity: similar[row]?.[column] ?? 0,
    }))
  })
  const [truthBoxes, trackedBoxes] = [sumOf(truthCount), sumOf(trackedCount)]
  const sums = { hota: 0, detA: 0, assA: 0, locA: 0 }
  const thresholds = Array.from({ length: 19 }, (_, index) => 0.05 * (index + 1))
  for (const threshold of thresholds) {
    const cells = new Map<string, number>()
    const hits = matched.flat().filter(({ similarity }) => similarity >= threshold - epsilon)
    for (const { pair } of hits) addTo(cells, ...pair, 1)
    let associated = 0
    for (const [key, count] of cells) {
      const [own, other] = key.split(' ').map(Number) as [number, number]
      associated += (count * count) / Math.max(1, (truthCount.get(own) ?? 0) + (trackedCount.get(other) ?? 0) - count)
    }
    const detA = hits.length / Math.max(1, truthBoxes + trackedBoxes - hits.length)
    const assA = associated / Math.max(1, hits.length)
    const similarity = hits.reduce((sum, hit) => sum + hit.similarity, 0)
    sums.detA += detA
    sums.assA += assA
    sums.hota += Math.sqrt(detA * assA)
    sums.locA += Math.max(1e-10, similarity) / Math.max(1e-10, hits.length)
  }
  const mean = (sum: number) => sum / thresholds.length
  return { hota: mean(sums.hota), detA: mean(sums.detA), assA: mean(sums.assA), locA: mean(sums.locA) }
}

/** At IoU 0.5; a pair that was matched in the frame before stays matched if it may. */
function clearMotOf(frames: readonly SequenceFrame[]) {
  const lastOf = new Map<number, number>()
  let before = new Map<number, number>()
  let [truePositives, truthBoxes, trackedBoxes, idSwitches, similarity] = [0, 0, 0, 0, 0]
  for (const frame of frames) {
    const similar = similarityOf(frame)
    const scores = similar.map((line, row) =>
      line.map((value, column) => {
        const [own, other] = pairAt(frame, row, column)
        return value < 0.5 - epsilon ? 0 : (before.get(own) === other ? 1000 : 0) + value
      }),
    )
    const now = new Map<number, number>()
    for (const [row, column] of bestPairs(scores)) {
      if ((scores[row]?.[column] ?? 0) <= epsilon) continue
      const [own, other] = pairAt(frame, row, column)
      const last = lastOf.get(own)
      if (last !== undefined && last !== other) idSwitches++
      lastOf.set(own, other)
      now.set(own, other)
      truePositives++
      similarity += similar[row]?.[column] ?? 0
    }
    before = now
    truthBoxes += frame.truth.length
    trackedBoxes += frame.tracked.length
  }
  const [falseNegatives, falsePositives] = [truthBoxes - truePositives, trackedBoxes - truePositives]
  return {
    mota: (truePositives - falsePositives - idSwitches) / Math.max(1, truthBoxes),
    motp: similarity / Math.max(1, truePositives),
    truePositives,
    falseNegatives,
    falsePositives,
    idSwitches,
  }
}

function idf1Of(frames: readonly SequenceFrame[]): number {
  const [truth, tracked] = [countIds(frames, 'truth'), countIds(frames, 'tracked')]
  const together = new Map<string, number>()
  for (const frame of frames) {
    for (const [row, line] of similarityOf(frame).entries()) {
      for (const [column, value] of line.entries()) if (value >= 0.5) addTo(together, ...pairAt(frame, row, column), 1)
    }
  }
  const scores = [...truth.keys()].map((own) =>
    [...tracked.keys()].map((other) => together.get(`${own} ${other}`) ?? 0),
  )
  const hits = bestPairs(scores).reduce((sum, [row, column]) => sum + (scores[row]?.[column] ?? 0), 0)
  return (2 * hits) / Math.max(1, sumOf(truth) + sumOf(tracked))
}

const pairAt = (frame: SequenceFrame, row: number, column: number): [number, number] => [
  frame.truth[row]?.id ?? 0,
  frame.tracked[column]?.id ?? 0,
]
const sumOf = (counts: ReadonlyMap<number, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0)
