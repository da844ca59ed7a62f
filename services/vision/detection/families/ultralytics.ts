// Ultralytics' exports, cx, cy, w, h in input pixels. v5 (and v7, YOLOX decoded): rows [1,N,5+C] with objectness. v8, v9, v11, v12: columns
// [1,4+C,N], or rows [1,N,4+C]; segmentation models add mask weights and a second output, which are not read.
import { bestOf, centredBox, finish } from './candidates.ts'
import { classesByIndex, type Family, fitsShape, labelsInJson, type Outputs, shapeFault, unitPlanes } from './family.ts'
import type { OutputTensor } from './output-tensor.ts'

interface Layout {
  readonly anchors: number
  /** from one anchor to the next, and from one value of it to the next */
  readonly row: number
  readonly step: number
  readonly hasObjectness: boolean
}

export const ultralytics: Family = {
  input: unitPlanes,
  fit(outputs, description, names) {
    const [name = ''] = names
    const output = outputs[name]
    const { labels, nms } = description
    if (output === undefined) return { faults: ['has no output'] }
    const layout = layoutOf(output.dims, labels.length, maskWeights(outputs, names))
    if (layout === undefined) {
      const values = 4 + labels.length
      const meaning = `4 + ${labelsInJson(labels)}; or [1, N, ${values + 1}] with objectness`
      return { faults: [shapeFault(name, output.dims, [1, values, 'N'], meaning)] }
    }
    const { anchors, row, step, hasObjectness } = layout
    const classOf = classesByIndex(description)
    const scores = { anchors, row, step, offset: (hasObjectness ? 5 : 4) * step }
    const places = hasObjectness ? { ...scores, objectness: 4 * step } : scores
    return {
      decoder(all, options) {
        const { data } = all[name] as OutputTensor
        const value = (anchor: number, index: number) => data[anchor * row + index * step] as number
        return finish(bestOf(data, classOf, places, options), nms, (anchor) =>
          centredBox(value(anchor, 0), value(anchor, 1), value(anchor, 2), value(anchor, 3)),
        )
      },
    }
  },
}

/** A segmentation export has a second output [1, M, h, w]; each anchor then carries M more values. */
function maskWeights(outputs: Outputs, names: readonly string[]): number {
  const dims = outputs[names[1] ?? '']?.dims
  return dims !== undefined && fitsShape(dims, [1, undefined, undefined, undefined]) ? (dims[1] as number) : 0
}

function layoutOf(dims: readonly number[], labels: number, masks: number): Layout | undefined {
  const [one, rows = 0, columns = 0] = dims
  if (dims.length !== 3 || one !== 1) return undefined
  if (rows === 4 + labels + masks && columns !== 5 + labels + masks)
    return { anchors: columns, row: 1, step: columns, hasObjectness: false }
  if (columns === 5 + labels + masks) return { anchors: rows, row: columns, step: 1, hasObjectness: true }
  if (columns === 4 + labels + masks) return { anchors: rows, row: columns, step: 1, hasObjectness: false }
  return undefined
}
