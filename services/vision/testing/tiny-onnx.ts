// Test helper: the pixel model of our own family reads its boxes from the picture: every 6 bytes are x1, y1, x2, y2 (pixels) and two scores (of 255).
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { integer, model, node, type OnnxType, onnxTypes, tensor, valueInfo } from './onnx-writer.ts'

export const pixelSize = 32
const rows = (pixelSize * pixelSize * 3) / 6

/** boxes = the first four of every six bytes; scores = the last two / 255. `openBatch`: it takes several pictures at once; `anySize`: its operators take any size. */
export function pixelModel(
  outputs: { boxes?: string; scores?: string; input?: OnnxType; openBatch?: boolean; anySize?: boolean } = {},
): Uint8Array {
  const { boxes = 'boxes', scores = 'scores', input = 'uint8', openBatch = false, anySize = false } = outputs
  const batch = openBatch ? 'batch' : 1
  return model([
    [1, node('Cast', ['image'], 'numbers', integer('to', onnxTypes.float32))],
    [1, node('Reshape', ['numbers', 'shape'], 'rows')],
    [1, node('Slice', ['rows', 'zero', 'four', 'last'], boxes)],
    [1, node('Slice', ['rows', 'four', 'six', 'last'], 'bytes')],
    [1, node('Div', ['bytes', 'full'], scores)],
    [5, tensor('shape', 'int64', [3], anySize ? [0, -1, 6] : [openBatch ? -1 : 1, rows, 6])],
    [5, tensor('zero', 'int64', [1], [0])],
    [5, tensor('four', 'int64', [1], [4])],
    [5, tensor('six', 'int64', [1], [6])],
    [5, tensor('last', 'int64', [1], [2])],
    [5, tensor('full', 'float32', [1], [255])],
    [11, valueInfo('image', input, [batch, pixelSize, pixelSize, 3])],
    [12, valueInfo(boxes, 'float32', [batch, rows, 4])],
    [12, valueInfo(scores, 'float32', [batch, rows, 2])],
  ])
}

export interface PixelObject {
  /** 0 or 1: index of the label */
  readonly label: 0 | 1
  readonly score: number
  /** pixels of the model's input, 0..32 */
  readonly box: readonly [number, number, number, number]
}

/** A picture in which the pixel model sees these objects. */
export function pixelPicture(objects: readonly PixelObject[]): Uint8Array {
  const rgb = new Uint8Array(pixelSize * pixelSize * 3)
  for (const [row, { label, score, box }] of objects.entries()) {
    rgb.set(box.map(Math.round), row * 6)
    rgb[row * 6 + 4 + label] = Math.round(score * 255)
  }
  return rgb
}

/** Makes `<parent>/<name>` with the file and a model.json; `changes` overrides keys of it. */
export function makeModelFolder(
  parent: string,
  name: string,
  onnx: Uint8Array = pixelModel(),
  changes: Record<string, unknown> = {},
): string {
  const folder = join(parent, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), onnx)
  const description = {
    file: 'model.onnx',
    family: 'qianliyan',
    labels: ['car', 'person'],
    input: { width: pixelSize, height: pixelSize, letterbox: 'centre' },
    threshold: 0.4,
    sha256: createHash('sha256').update(onnx).digest('hex'),
    licence: 'Apache-2.0',
    trainedOn: 'nothing: it reads its boxes from the pixels',
    ...changes,
  }
  writeFileSync(join(folder, 'model.json'), JSON.stringify(description))
  return folder
}
