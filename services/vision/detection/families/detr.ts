// Detectors of the DETR kind (RT-DETR, D-FINE, DEIM, RF-DETR), which need no suppression. Three forms of export:
//   logits [1,Q,C] and boxes [1,Q,4], cx cy w h in 0..1 (C scores by sigmoid; one more than labels: softmax, the last is "nothing");
//   labels [1,Q], boxes [1,Q,4] and scores [1,Q], x1 y1 x2 y2 in the pixels of the input orig_target_sizes;
//   one output [1,Q,4+C] with boxes in 0..1 and finished scores (Ultralytics' RT-DETR).
import { bestOf, type Candidate, centredBox, finish, type Quad, sigmoid } from './candidates.ts'
import {
  classesByIndex,
  countFault,
  type DecodedDescription,
  type Decoder,
  type Family,
  type Fit,
  fitsShape,
  labelsInJson,
  type Outputs,
  shapeFault,
  unitPlanes,
} from './family.ts'
import type { OutputTensor } from './output-tensor.ts'

export const detr: Family = {
  input: unitPlanes,
  fit(outputs, description, names) {
    if (names.length === 1) return joined(outputs, description, names[0] as string)
    const boxes = names.find((name) => fitsShape(outputs[name]?.dims ?? [], [1, undefined, 4]))
    const others = names.filter((name) => name !== boxes)
    if (boxes !== undefined && isFinished(outputs, others)) return { decoder: finished(description, boxes) }
    const logits = others.find((name) => outputs[name]?.dims.length === 3)
    if (boxes === undefined || logits === undefined) {
      const faults = names.map((name) => `${name} [${outputs[name]?.dims.join(', ')}]`).join(', ')
      return {
        faults: [countFault('detr', [faults], 'boxes [1, Q, 4] with logits [1, Q, C], or labels, boxes, scores')],
      }
    }
    return separate(outputs, description, boxes, logits)
  },
}

const isFinished = (outputs: Outputs, others: readonly string[]): boolean =>
  others.includes('labels') && others.includes('scores') && outputs.labels?.dims.length === 2

function separate(outputs: Outputs, description: DecodedDescription, boxes: string, logits: string): Fit {
  const { labels } = description
  const [, queries = 0, classes = 0] = (outputs[logits] as OutputTensor).dims
  const softmax = classes === labels.length + 1
  if (classes !== labels.length && !softmax) {
    const { dims } = outputs[logits] as OutputTensor
    return { faults: [shapeFault(logits, dims, [1, queries, labels.length], labelsInJson(labels))] }
  }
  const classOf = classesByIndex(description)
  const layout = { anchors: queries, offset: 0, row: classes }
  return {
    decoder(all, options) {
      const raw = (all[logits] as OutputTensor).data
      const scores = softmax ? softmaxRows(raw, classes) : raw.map(sigmoid)
      return finish(
        bestOf(scores, classOf, layout, options),
        undefined,
        shareBox(all[boxes] as OutputTensor, 4, description),
      )
    },
  }
}

function joined(outputs: Outputs, description: DecodedDescription, name: string): Fit {
  const { labels } = description
  const { dims } = outputs[name] as OutputTensor
  const row = 4 + labels.length
  if (!fitsShape(dims, [1, undefined, row]))
    return { faults: [shapeFault(name, dims, [1, 'Q', row], `4 + ${labelsInJson(labels)}`)] }
  const classOf = classesByIndex(description)
  const layout = { anchors: dims[1] as number, offset: 4, row }
  return {
    decoder(all, options) {
      const output = all[name] as OutputTensor
      return finish(bestOf(output.data, classOf, layout, options), undefined, shareBox(output, row, description))
    },
  }
}

function finished(description: DecodedDescription, boxes: string): Decoder {
  const classOf = classesByIndex(description)
  return (all, { minimumScore }) => {
    const { data } = all[boxes] as OutputTensor
    const candidates: Candidate[] = []
    for (const [anchor, score] of (all.scores as OutputTensor).data.entries()) {
      const label = classOf[(all.labels as OutputTensor).data[anchor] as number]
      if (label !== undefined && score >= minimumScore) candidates.push({ anchor, label, score })
    }
    return finish(candidates, undefined, (anchor) => [...data.subarray(anchor * 4, anchor * 4 + 4)] as Quad)
  }
}

/** Boxes as shares of the input → its pixels. */
function shareBox({ data }: OutputTensor, row: number, { input }: DecodedDescription): (anchor: number) => Quad {
  return (anchor) => {
    const [x, y, width, height] = data.subarray(anchor * row, anchor * row + 4) as unknown as Quad
    return centredBox(x * input.width, y * input.height, width * input.width, height * input.height)
  }
}

function softmaxRows(data: Float32Array, row: number): Float32Array {
  const result = new Float32Array(data.length)
  for (let at = 0; at < data.length; at += row) {
    const values = data.subarray(at, at + row)
    const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
    const total = values.reduce((sum, value) => sum + Math.exp(value - largest), 0)
    for (const [index, value] of values.entries()) result[at + index] = Math.exp(value - largest) / total
  }
  return result
}
