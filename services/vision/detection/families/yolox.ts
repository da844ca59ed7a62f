// YOLOX (Ge et al., arXiv:2107.08430), the raw head: rows of cx, cy, w, h, objectness, class scores (after sigmoid);
// xy = (xy + grid) · stride, wh = exp(wh) · stride. An export with --decode_in_inference is `ultralytics` with 0..255 BGR instead.
import { bestOf, centredBox, finish } from './candidates.ts'
import { classesByIndex, countFault, type Family, fitsShape, labelsInJson, shapeFault } from './family.ts'
import { cellsOf } from './grid.ts'
import type { OutputTensor } from './output-tensor.ts'

const strides = [8, 16, 32] as const

export const yolox: Family = {
  input: { layout: 'nchw', type: 'float32', channels: 'bgr', scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1] },
  fit(outputs, description, names) {
    const [name = ''] = names
    if (names.length !== 1) return { faults: [countFault('yolox', names, 'one')] }
    const { dims } = outputs[name] as OutputTensor
    const { labels, nms, input } = description
    const cells = cellsOf(input, strides, Math.floor)
    const row = 5 + labels.length
    if (!fitsShape(dims, [1, cells.length, row])) {
      return { faults: [shapeFault(name, dims, [1, cells.length, row], `5 + ${labelsInJson(labels)}`)] }
    }
    const classOf = classesByIndex(description)
    const layout = { anchors: cells.length, offset: 5, row, objectness: 4 }
    return {
      decoder(all, options) {
        const { data } = all[name] as OutputTensor
        return finish(bestOf(data, classOf, layout, options), nms, (anchor) => {
          const at = anchor * row
          const { column, line, stride } = cells[anchor] as (typeof cells)[number]
          return centredBox(
            ((data[at] as number) + column) * stride,
            ((data[at + 1] as number) + line) * stride,
            Math.exp(data[at + 2] as number) * stride,
            Math.exp(data[at + 3] as number) * stride,
          )
        })
      },
    }
  },
}
