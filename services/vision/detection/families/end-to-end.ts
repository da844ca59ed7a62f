// Models that suppress doubles themselves: [1,N,6] (or [N,6]) rows of x1, y1, x2, y2 in input pixels, score, class (YOLOv10, YOLO26, exports with
// nms=True), and [N,7] with the number of the picture before them (YOLOv7 --end2end). N may differ from picture to picture.
import { type Candidate, finish, type Quad } from './candidates.ts'
import { classesByIndex, type DecodeOptions, type Family, shapeFault, unitPlanes } from './family.ts'
import type { OutputTensor } from './output-tensor.ts'

export const endToEnd: Family = {
  input: unitPlanes,
  fit(outputs, description, names) {
    const [name = ''] = names
    const output = outputs[name]
    if (output === undefined) return { faults: ['has no output'] }
    const { dims } = output
    const row = dims.at(-1) ?? 0
    const rows = (dims.length === 3 && dims[0] === 1 && row === 6) || (dims.length === 2 && (row === 6 || row === 7))
    if (!rows) return { faults: [shapeFault(name, dims, [1, 'N', 6], 'x1, y1, x2, y2, score, class')] }
    const classOf = classesByIndex(description)
    const skip = row - 6
    return {
      decoder(all, options) {
        const { data } = all[name] as OutputTensor
        return finish(candidatesOf(data, row, skip, classOf, options), undefined, (anchor) => {
          const at = anchor * row + skip
          return [data[at], data[at + 1], data[at + 2], data[at + 3]] as Quad
        })
      },
    }
  },
}

/** [N,7] has the class before the score. */
function candidatesOf(
  data: Float32Array,
  row: number,
  skip: number,
  classOf: readonly (string | undefined)[],
  { minimumScore }: DecodeOptions,
): Candidate[] {
  const [scoreAt, classAt] = skip === 0 ? [4, 5] : [6, 5]
  const found: Candidate[] = []
  for (let anchor = 0; anchor < data.length / row; anchor++) {
    const score = data[anchor * row + scoreAt] as number
    const label = classOf[Math.round(data[anchor * row + classAt] as number)]
    if (label !== undefined && score >= minimumScore) found.push({ anchor, label, score })
  }
  return found
}
