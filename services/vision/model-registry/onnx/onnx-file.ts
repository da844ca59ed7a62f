// What an ONNX file says of itself (onnx.proto3), read without the native runtime: inputs, outputs, metadata, operators, files beside it.
import { AppError } from '../../../contracts/errors.ts'
import { bytesOf, fieldsOf, numberOf, textOf } from './protobuf.ts'

export interface OnnxValue {
  readonly name: string
  /** as onnxruntime names it; "sequence" and the like for what is no tensor */
  readonly type: string
  /** a name stands for an open axis; undefined: the graph does not say */
  readonly shape: readonly (number | string)[] | undefined
}

export interface OnnxFile {
  readonly producer: string
  readonly irVersion: number
  /** version of the standard operators */
  readonly opset: number
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  /** what the exporter wrote beside the graph, e.g. Ultralytics' names, stride, task, imgsz */
  readonly metadata: Readonly<Record<string, string>>
  /** operators with the domain in front where it is not the standard one */
  readonly operators: readonly string[]
  /** files of weights that must lie beside this one */
  readonly externalFiles: readonly string[]
}

/** TensorProto.DataType */
const typeNames: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
}

/** Throws QLY_MODEL_INVALID for what is no ONNX, or is cut off. */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  try {
    return readModel(bytes)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const { message } = cause as Error
    throw new AppError('QLY_MODEL_INVALID', `this is no whole ONNX file: ${message} (cut off, or another format)`, {
      cause,
    })
  }
}

function readModel(bytes: Uint8Array): OnnxFile {
  let [irVersion, opset, producer] = [0, 0, '']
  let graph: Uint8Array | undefined
  const metadata: Record<string, string> = {}
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) irVersion = numberOf(value)
    else if (number === 2) producer = textOf(value)
    else if (number === 7) graph = bytesOf(value)
    else if (number === 8) {
      const { 1: domain, 2: version } = lastOf(bytesOf(value))
      if (textOf(domain) === '') opset = numberOf(version)
    } else if (number === 14) {
      const { 1: key, 2: text } = lastOf(bytesOf(value))
      metadata[textOf(key)] = textOf(text)
    }
  }
  if (graph === undefined || irVersion === 0)
    throw new AppError('QLY_MODEL_INVALID', 'this is no ONNX file: it has no graph')
  return { irVersion, opset, producer, metadata, ...readGraph(graph) }
}

function readGraph(graph: Uint8Array): Pick<OnnxFile, 'inputs' | 'outputs' | 'operators' | 'externalFiles'> {
  const inputs: OnnxValue[] = []
  const outputs: OnnxValue[] = []
  const constants = new Set<string>()
  const operators = new Set<string>()
  const externalFiles = new Set<string>()
  for (const { number, value } of fieldsOf(graph)) {
    if (number === 1) operators.add(operatorOf(bytesOf(value)))
    else if (number === 5) {
      const { name, external } = readConstant(bytesOf(value))
      constants.add(name)
      if (external !== undefined) externalFiles.add(external)
    } else if (number === 11) inputs.push(readValue(bytesOf(value)))
    else if (number === 12) outputs.push(readValue(bytesOf(value)))
  }
  return {
    // before IR version 4 the weights were listed among the inputs
    inputs: inputs.filter(({ name }) => !constants.has(name)),
    outputs,
    operators: [...operators].sort(),
    externalFiles: [...externalFiles].sort(),
  }
}

function operatorOf(node: Uint8Array): string {
  const { 4: type, 7: domain } = lastOf(node)
  return textOf(domain) === '' ? textOf(type) : `${textOf(domain)}.${textOf(type)}`
}

function readConstant(tensor: Uint8Array): { name: string; external: string | undefined } {
  let name = ''
  let external: string | undefined
  for (const { number, value } of fieldsOf(tensor)) {
    if (number === 8) name = textOf(value)
    else if (number === 13) {
      const { 1: key, 2: text } = lastOf(bytesOf(value))
      if (textOf(key) === 'location') external = textOf(text)
    }
  }
  return { name, external }
}

function readValue(info: Uint8Array): OnnxValue {
  const { 1: name, 2: type } = lastOf(info)
  const { 1: tensor } = lastOf(bytesOf(type))
  if (tensor === undefined) return { name: textOf(name), type: 'no tensor', shape: undefined }
  const { 1: element, 2: shape } = lastOf(bytesOf(tensor))
  return {
    name: textOf(name),
    type: typeNames[numberOf(element)] ?? `type ${numberOf(element)}`,
    shape: shape === undefined ? undefined : [...fieldsOf(bytesOf(shape))].map(({ value }) => readAxis(bytesOf(value))),
  }
}

function readAxis(dimension: Uint8Array): number | string {
  const { 1: size, 2: name } = lastOf(dimension)
  return typeof size === 'number' ? size : textOf(name) || '?'
}

/** Fields by number; of one that occurs twice the last counts, as protobuf has it. */
function lastOf(message: Uint8Array): Readonly<Record<number, number | Uint8Array | undefined>> {
  const fields: Record<number, number | Uint8Array> = {}
  for (const { number, value } of fieldsOf(message)) fields[number] = value
  return fields
}
