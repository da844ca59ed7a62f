// A graph that was exported for one size of picture, opened for others: height and width of its input become free, and what the file says of the shapes
// inside is left out (onnxruntime works it out again). Whether the operators really take other sizes shows a run, not the file.
import { fieldsOf } from './protobuf.ts'

/** onnx.proto3: ModelProto.graph; GraphProto.input, output, value_info; ValueInfoProto.type; TypeProto.tensor_type; Tensor.shape; TensorShapeProto.dim */
const field = { graph: 7, input: 11, output: 12, valueInfo: 13, type: 2, tensor: 1, shape: 2, dimension: 1 } as const

/** Copies the file with height and width of its picture input open. Where they are open already, the same bytes. Throws RangeError for what is no ONNX. */
export function withOpenAxes(onnx: Uint8Array, layout: 'nchw' | 'nhwc'): Uint8Array {
  const axes = layout === 'nchw' ? [2, 3] : [1, 2]
  let fixed = false
  const openShape = (shape: Uint8Array): Uint8Array =>
    changed(shape, (_, dimension, index) => {
      // dim_value; a name has no number
      const isSize = [...fieldsOf(dimension)].some(({ number }) => number === 1)
      if (!axes.includes(index) || !isSize) return dimension
      fixed = true
      return openDimension(index === axes[0] ? 'height' : 'width')
    })
  const opened = changed(onnx, (number, graph) =>
    number !== field.graph
      ? graph
      : changed(graph, (part, value) => {
          if (part === field.valueInfo) return undefined
          if (part === field.input && rankOf(value) === 4) return withShape(value, openShape)
          return part === field.output ? withShape(value, () => undefined) : value
        }),
  )
  return fixed ? opened : onnx
}

/** A message with its submessages changed; undefined leaves one out. Numbers stay as they are. */
function changed(
  message: Uint8Array,
  change: (number: number, value: Uint8Array, index: number) => Uint8Array | undefined,
): Uint8Array {
  const parts: Uint8Array[] = []
  let index = 0
  for (const { number, value, raw } of fieldsOf(message)) {
    if (typeof value === 'number') parts.push(raw)
    else {
      const after = change(number, value, index++)
      if (after === value) parts.push(raw)
      else if (after) parts.push(tagged(number, after))
    }
  }
  return Buffer.concat(parts)
}

/** ValueInfoProto with the shape of its tensor changed. */
const withShape = (info: Uint8Array, change: (shape: Uint8Array) => Uint8Array | undefined): Uint8Array =>
  changed(info, (part, type) =>
    part !== field.type
      ? type
      : changed(type, (kind, tensor) =>
          kind !== field.tensor
            ? tensor
            : changed(tensor, (inner, shape) => (inner === field.shape ? change(shape) : shape)),
        ),
  )

function rankOf(info: Uint8Array): number {
  let rank = 0
  withShape(info, (shape) => {
    rank = [...fieldsOf(shape)].length
    return shape
  })
  return rank
}

const openDimension = (name: string): Uint8Array => tagged(2, new TextEncoder().encode(name))

/** A field of bytes in the wire format. */
function tagged(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left])
    bytes.push((left % 128) | 0x80)
  }
}
