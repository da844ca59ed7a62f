// NanoDet and NanoDet-Plus: rows [1,N,C+4·B] of class scores (after sigmoid) and the distances to the left, top, right and bottom edge, each as
// B logits over 0..B−1 strides (generalised focal loss, Li et al., arXiv:2006.04388). Plus has a fourth stride, 64, and its points at the cells' corners.
import { bestOf, finish } from './candidates.ts'
import { classesByIndex, countFault, type Family, labelsInJson, shapeFault } from './family.ts'
import { cellsOf, type GridCell } from './grid.ts'
import type { OutputTensor } from './output-tensor.ts'

const heads = [
  { strides: [8, 16, 32], centre: 0.5 },
  { strides: [8, 16, 32, 64], centre: 0 },
] as const

export const nanodet: Family = {
  /** BGR with ImageNet's means in that order, as its configurations have it */
  input: {
    layout: 'nchw',
    type: 'float32',
    channels: 'bgr',
    scale: 1,
    mean: [103.53, 116.28, 123.675],
    deviation: [57.375, 57.12, 58.395],
  },
  fit(outputs, description, names) {
    const [name = ''] = names
    if (names.length !== 1) return { faults: [countFault('nanodet', names, 'one')] }
    const { dims } = outputs[name] as OutputTensor
    const { labels, nms, input } = description
    const [, anchors = 0, row = 0] = dims
    const bins = (row - labels.length) / 4
    const found = heads
      .map(({ strides, centre }) => ({ cells: cellsOf(input, strides, Math.ceil), centre }))
      .find(({ cells }) => cells.length === anchors)
    if (dims.length !== 3 || dims[0] !== 1 || found === undefined || !Number.isInteger(bins) || bins < 2) {
      const wanted = heads.map(({ strides }) => cellsOf(input, strides, Math.ceil).length).join(' or ')
      return { faults: [shapeFault(name, dims, [1, wanted, `${labels.length} + 4 × B`], labelsInJson(labels))] }
    }
    const { cells, centre } = found
    const classOf = classesByIndex(description)
    return {
      decoder(all, options) {
        const { data } = all[name] as OutputTensor
        return finish(bestOf(data, classOf, { anchors, offset: 0, row }, options), nms, (anchor) => {
          const { column, line, stride } = cells[anchor] as GridCell
          const [x, y] = [(column + centre) * stride, (line + centre) * stride]
          const from = anchor * row + labels.length
          const distance = (side: number) => expected(data, from + side * bins, bins) * stride
          return [x - distance(0), y - distance(1), x + distance(2), y + distance(3)]
        })
      },
    }
  },
}

/** Mean of 0..bins−1 under the softmax of the logits. */
function expected(data: Float32Array, from: number, bins: number): number {
  const logits = data.subarray(from, from + bins)
  const largest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  let [total, weighted] = [0, 0]
  for (const [bin, logit] of logits.entries()) {
    const weight = Math.exp(logit - largest)
    total += weight
    weighted += weight * bin
  }
  return weighted / total
}
