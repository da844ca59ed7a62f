// Test helper: graphs that answer every picture with known outputs, and one that shows its own input tensor.
import {
  type Dimension,
  type Field,
  integer,
  model,
  node,
  type OnnxType,
  onnxTypes,
  tensor,
  valueInfo,
} from './onnx-writer.ts'

export interface KnownOutput {
  readonly type?: OnnxType
  readonly shape: readonly number[]
  readonly values: readonly number[]
  /** as declared; default: `shape` */
  readonly declared?: readonly Dimension[]
}

export interface GraphInput {
  readonly name?: string
  readonly type?: OnnxType
  readonly shape: readonly Dimension[]
}

/** Outputs that do not depend on the picture. */
export function knownModel(
  inputs: readonly GraphInput[],
  outputs: Readonly<Record<string, KnownOutput>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const fields = Object.entries(outputs).flatMap(([name, { type = 'float32', shape, values, declared }]): Field[] => [
    [1, node('Identity', [`${name}.values`], name)],
    [5, tensor(`${name}.values`, type, shape, values)],
    [12, valueInfo(name, type, declared ?? shape)],
  ])
  const pictures = inputs.map(
    ({ name = 'images', type = 'float32', shape }): Field => [11, valueInfo(name, type, shape)],
  )
  return model([...fields, ...pictures], metadata)
}

/** The first six numbers of its input tensor are its one row: x1, y1, x2, y2, score, class (family end-to-end). */
export function echoModel(type: OnnxType, shape: readonly Dimension[]): Uint8Array {
  return model([
    [1, node('Cast', ['images'], 'numbers', integer('to', onnxTypes.float32))],
    [1, node('Reshape', ['numbers', 'flat'], 'line')],
    [1, node('Slice', ['line', 'zero', 'six', 'last'], 'row')],
    [1, node('Reshape', ['row', 'rows'], 'output')],
    [5, tensor('flat', 'int64', [2], [1, -1])],
    [5, tensor('zero', 'int64', [1], [0])],
    [5, tensor('six', 'int64', [1], [6])],
    [5, tensor('last', 'int64', [1], [1])],
    [5, tensor('rows', 'int64', [3], [1, 1, 6])],
    [11, valueInfo('images', type, shape)],
    [12, valueInfo('output', 'float32', [1, 1, 6])],
  ])
}
