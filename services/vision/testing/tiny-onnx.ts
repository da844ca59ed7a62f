// Test helper: writes small ONNX files by hand (protobuf wire format; onnx.proto3), so that real sessions can be tested without footage or models.
// The pixel model of our own family reads its boxes from the picture: every 6 bytes are x1, y1, x2, y2 (pixels) and two scores (of 255).
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Field = readonly [number: number, value: number | string | Uint8Array]

function varint(value: number): number[] {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, BigInt(value))
  do {
    const low = Number(left & 0x7fn)
    left >>= 7n
    bytes.push(left > 0n ? low | 0x80 : low)
  } while (left > 0n)
  return bytes
}

/** A message of fields: numbers as varints, strings and bytes with their length. */
function message(...fields: Field[]): Uint8Array {
  const bytes: number[] = []
  for (const [number, value] of fields) {
    if (typeof value === 'number') bytes.push(...varint(number << 3), ...varint(value))
    else {
      const body = typeof value === 'string' ? new TextEncoder().encode(value) : value
      bytes.push(...varint((number << 3) | 2), ...varint(body.length), ...body)
    }
  }
  return Uint8Array.from(bytes)
}

export const onnxTypes = { float32: 1, uint8: 2, int64: 7 } as const
type OnnxType = keyof typeof onnxTypes

const valueInfo = (name: string, type: OnnxType, shape: readonly number[]): Uint8Array => {
  const dims = shape.map((size): Field => [1, message([1, size])])
  return message([1, name], [2, message([1, message([1, onnxTypes[type]], [2, message(...dims)])])])
}
const int64s = (name: string, values: readonly number[]): Uint8Array =>
  message(
    [1, values.length],
    [2, onnxTypes.int64],
    [8, name],
    [9, new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer)],
  )
const floats = (name: string, values: readonly number[]): Uint8Array =>
  message([1, values.length], [2, onnxTypes.float32], [8, name], [9, new Uint8Array(Float32Array.from(values).buffer)])
const node = (type: string, inputs: readonly string[], output: string, ...attributes: Uint8Array[]): Uint8Array =>
  message(
    ...inputs.map((input): Field => [1, input]),
    [2, output],
    [4, type],
    ...attributes.map((attribute): Field => [5, attribute]),
  )
const integer = (name: string, value: number): Uint8Array => message([1, name], [3, value], [20, 2])

function model(graph: Field[]): Uint8Array {
  return message([1, 8], [2, 'qianliyan test'], [7, message([2, 'test'], ...graph)], [8, message([2, 17])])
}

export const pixelSize = 32
const rows = (pixelSize * pixelSize * 3) / 6

/** boxes = the first four of every six bytes; scores = the last two / 255. */
export function pixelModel(outputs: { boxes?: string; scores?: string; input?: OnnxType } = {}): Uint8Array {
  const { boxes = 'boxes', scores = 'scores', input = 'uint8' } = outputs
  return model([
    [1, node('Cast', ['image'], 'numbers', integer('to', onnxTypes.float32))],
    [1, node('Reshape', ['numbers', 'shape'], 'rows')],
    [1, node('Slice', ['rows', 'zero', 'four', 'last'], boxes)],
    [1, node('Slice', ['rows', 'four', 'six', 'last'], 'bytes')],
    [1, node('Div', ['bytes', 'full'], scores)],
    [5, int64s('shape', [1, rows, 6])],
    [5, int64s('zero', [0])],
    [5, int64s('four', [4])],
    [5, int64s('six', [6])],
    [5, int64s('last', [2])],
    [5, floats('full', [255])],
    [11, valueInfo('image', input, [1, pixelSize, pixelSize, 3])],
    [12, valueInfo(boxes, 'float32', [1, rows, 4])],
    [12, valueInfo(scores, 'float32', [1, rows, 2])],
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
