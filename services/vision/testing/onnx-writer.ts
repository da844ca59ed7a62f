// Test helper: writes small ONNX files by hand (protobuf wire format; onnx.proto3), so that real sessions can be tested without footage or models.

export type Field = readonly [number: number, value: number | string | Uint8Array]

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
export function message(...fields: Field[]): Uint8Array {
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

export const onnxTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10, float64: 11 } as const
export type OnnxType = keyof typeof onnxTypes

/** A size, or the name of an axis that is open. */
export type Dimension = number | string

export const valueInfo = (name: string, type: OnnxType, shape: readonly Dimension[]): Uint8Array => {
  const dims = shape.map((size): Field => [1, message(typeof size === 'number' ? [1, size] : [2, size])])
  return message([1, name], [2, message([1, message([1, onnxTypes[type]], [2, message(...dims)])])])
}
const arrays = {
  float32: (values: readonly number[]) => Float32Array.from(values),
  uint8: (values: readonly number[]) => Uint8Array.from(values),
  int8: (values: readonly number[]) => Int8Array.from(values),
  int32: (values: readonly number[]) => Int32Array.from(values),
  int64: (values: readonly number[]) => BigInt64Array.from(values.map(BigInt)),
  float16: (values: readonly number[]) => Float16Array.from(values),
  float64: (values: readonly number[]) => Float64Array.from(values),
} as const

/** A constant of the graph (TensorProto). */
export const tensor = (name: string, type: OnnxType, shape: readonly number[], values: readonly number[]): Uint8Array =>
  message(
    ...shape.map((size): Field => [1, size]),
    [2, onnxTypes[type]],
    [8, name],
    [9, new Uint8Array(arrays[type](values).buffer)],
  )

/** A constant of float32 whose bytes lie in another file. */
export const externalTensor = (name: string, shape: readonly number[], file: string): Uint8Array =>
  message(
    ...shape.map((size): Field => [1, size]),
    [2, onnxTypes.float32],
    [8, name],
    [13, message([1, 'location'], [2, file])],
    [14, 1],
  )

/** One operator with one output. */
export const node = (
  type: string,
  inputs: readonly string[],
  output: string,
  ...attributes: Uint8Array[]
): Uint8Array =>
  message(
    ...inputs.map((input): Field => [1, input]),
    [2, output],
    [4, type],
    ...attributes.map((attribute): Field => [5, attribute]),
  )
export const integer = (name: string, value: number): Uint8Array => message([1, name], [3, value], [20, 2])

/** A ModelProto of opset 17 with this graph. `metadata`: what exporters write beside it. */
export function model(graph: readonly Field[], metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const entries = Object.entries(metadata).map(([key, value]): Field => [14, message([1, key], [2, value])])
  return message([1, 8], [2, 'qianliyan test'], [7, message([2, 'test'], ...graph)], [8, message([2, 17])], ...entries)
}
