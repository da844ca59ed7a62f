// From output tensors to detections in pixels of the input, one decoder a family.
import type { ModelDescription } from '../model-registry/model-description.ts'
import type { CutDetection } from './detection.ts'
import { suppressNonMaxima } from './non-maximum-suppression.ts'

export interface OutputTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: Float32Array
}

export interface DecodeOptions {
  /** scores below are dropped, 0..1 */
  readonly minimumScore: number
}

export type Decoder = (outputs: Readonly<Record<string, OutputTensor>>, options: DecodeOptions) => CutDetection[]

/** A model that finds everything everywhere is bounded: only so many best candidates go into suppression. */
const maximumCandidates = 1000
/** strides of the YOLOX head (Ge et al., arXiv:2107.08430) */
const yoloxStrides = [8, 16, 32] as const

/** Makes the decoder of a model. It expects outputs that `model-runtime.ts` has checked. */
export function createDecoder(description: ModelDescription, outputNames: readonly string[]): Decoder {
  const classOf = description.labels.map((label) =>
    description.classes === undefined ? label : (description.classes[label] ?? undefined),
  )
  switch (description.family) {
    case 'qianliyan':
      return (outputs, options) => {
        const boxes = outputs.boxes as OutputTensor
        const scores = outputs.scores as OutputTensor
        return finish(bestOf(scores.data, classOf, 0, classOf.length, options), description.nms, (anchor) => {
          const at = anchor * 4
          return [boxes.data[at], boxes.data[at + 1], boxes.data[at + 2], boxes.data[at + 3]] as Quad
        })
      }
    case 'yolox':
      return createYoloxDecoder(description, classOf, outputNames[0] as string)
    case 'classifier':
      return (outputs, { minimumScore }) => {
        const { data } = outputs[outputNames[0] as string] as OutputTensor
        const { width, height } = description.input
        return [...probabilities(data)].flatMap((score, index) => {
          const label = classOf[index]
          return label === undefined || score < minimumScore
            ? []
            : [{ label, score, box: [0, 0, width, height] as const }]
        })
      }
  }
}

type Quad = [number, number, number, number]

interface Candidate {
  readonly anchor: number
  readonly label: string
  readonly score: number
}

/** Best class of each anchor; `row` numbers an anchor, scores start at `offset`; `objectness` multiplies where given. */
function bestOf(
  data: Float32Array,
  classOf: readonly (string | undefined)[],
  offset: number,
  row: number,
  { minimumScore }: DecodeOptions,
  objectness?: number,
): Candidate[] {
  const found: Candidate[] = []
  for (let anchor = 0, at = 0; at < data.length; anchor++, at += row) {
    const sure = objectness === undefined ? 1 : (data[at + objectness] as number)
    if (!(sure >= minimumScore)) continue
    let best = -1
    let score = 0
    for (let index = 0; index < classOf.length; index++) {
      const value = data[at + offset + index] as number
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

function finish(candidates: readonly Candidate[], nms: number, boxOf: (anchor: number) => Quad): CutDetection[] {
  const detections = candidates.flatMap(({ anchor, label, score }) => {
    const box = boxOf(anchor)
    const sound = box.every(Number.isFinite) && box[2] > box[0] && box[3] > box[1]
    return sound ? [{ label, score: Math.min(1, score), box }] : []
  })
  return suppressNonMaxima(detections, nms)
}

/** YOLOX raw head: rows of cx, cy, w, h, objectness, class scores; xy = (xy + grid) · stride, wh = exp(wh) · stride; scores already sigmoid. */
function createYoloxDecoder(
  description: ModelDescription,
  classOf: readonly (string | undefined)[],
  name: string,
): Decoder {
  const row = 5 + description.labels.length
  const grid = yoloxGrid(description.input)
  return (outputs, options) => {
    const { data } = outputs[name] as OutputTensor
    return finish(bestOf(data, classOf, 5, row, options, 4), description.nms, (anchor) => {
      const at = anchor * row
      const { column, line, stride } = grid[anchor] as GridCell
      const x = ((data[at] as number) + column) * stride
      const y = ((data[at + 1] as number) + line) * stride
      const width = Math.exp(data[at + 2] as number) * stride
      const height = Math.exp(data[at + 3] as number) * stride
      return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
    })
  }
}

interface GridCell {
  readonly column: number
  readonly line: number
  readonly stride: number
}

/** The anchors of a YOLOX head in the order of its rows. */
export function yoloxGrid({ width, height }: { width: number; height: number }): GridCell[] {
  return yoloxStrides.flatMap((stride) => {
    const columns = Math.floor(width / stride)
    const lines = Math.floor(height / stride)
    return Array.from({ length: columns * lines }, (_, index) => ({
      column: index % columns,
      line: Math.floor(index / columns),
      stride,
    }))
  })
}

/** Scores that sum to 1 are taken as they are; anything else is logits and goes through softmax. */
function probabilities(data: Float32Array): Float32Array {
  const sum = data.reduce((total, value) => total + value, 0)
  if (Math.abs(sum - 1) < 0.01 && data.every((value) => value >= 0 && value <= 1)) return data
  const largest = data.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const powers = data.map((value) => Math.exp(value - largest))
  const total = powers.reduce((all, value) => all + value, 0)
  return powers.map((value) => value / total)
}
