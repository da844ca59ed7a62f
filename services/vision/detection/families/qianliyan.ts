// Our own family: boxes [1,N,4] in input pixels and scores [1,N,C] in 0..1; normalising and decoding are inside the graph (design.md §3).
import { bestOf, finish, type Quad } from './candidates.ts'
import { classesByIndex, type Family, fitsShape, labelsInJson, shapeFault } from './family.ts'
import type { OutputTensor } from './output-tensor.ts'

export const qianliyan: Family = {
  input: { layout: 'nhwc', type: 'uint8', channels: 'rgb', scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1] },
  fit({ boxes, scores }, description, names) {
    const { labels, nms } = description
    if (boxes === undefined || scores === undefined) {
      const missing = ['boxes', 'scores'].filter((name) => !names.includes(name))
      return { faults: [`has the outputs ${names.join(', ')}; ${missing.join(' and ')} missing`] }
    }
    const faults: string[] = []
    const anchors = boxes.dims[1] ?? 0
    if (!fitsShape(boxes.dims, [1, undefined, 4]))
      faults.push(shapeFault('boxes', boxes.dims, [1, 'N', 4], 'x1, y1, x2, y2'))
    if (!fitsShape(scores.dims, [1, anchors, labels.length]))
      faults.push(shapeFault('scores', scores.dims, [1, anchors, labels.length], labelsInJson(labels)))
    if (faults.length > 0) return { faults }
    const classOf = classesByIndex(description)
    return {
      decoder(outputs, options) {
        const { data } = outputs.boxes as OutputTensor
        const layout = { anchors, offset: 0, row: labels.length }
        return finish(bestOf((outputs.scores as OutputTensor).data, classOf, layout, options), nms, (anchor) => {
          const at = anchor * 4
          return [data[at], data[at + 1], data[at + 2], data[at + 3]] as Quad
        })
      },
    }
  },
}
