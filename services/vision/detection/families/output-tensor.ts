// Output tensors of any number type as float32: float16 widened, int8 and uint8 by scale and zero point, indices as they are.
import { AppError } from '../../../contracts/errors.ts'

/** As a decoder reads it. */
export interface OutputTensor {
  /** number type in the graph */
  readonly type: string
  readonly dims: readonly number[]
  readonly data: Float32Array
}

/** As onnxruntime gives it. */
export interface RawTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: unknown
}

/** value = (stored − zeroPoint) × scale (ONNX DequantizeLinear) */
export interface Quantisation {
  readonly scale: number
  readonly zeroPoint?: number
}

/** float32 is taken without copying. Throws QLY_MODEL_INVALID for what is no number. */
export function toOutputTensor(name: string, raw: RawTensor, quantisation?: Quantisation): OutputTensor {
  const { type, dims, data } = raw
  return { type, dims, data: dequantised(name, toFloats(name, type, data), type, quantisation) }
}

function toFloats(name: string, type: string, data: unknown): Float32Array {
  if (data instanceof Float32Array) return data
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number)
  if (ArrayBuffer.isView(data) && !(data instanceof DataView)) return Float32Array.from(data as unknown as number[])
  throw new AppError('QLY_MODEL_INVALID', `output ${name} is ${type}; numbers are expected`)
}

function dequantised(
  name: string,
  data: Float32Array,
  type: string,
  quantisation: Quantisation | undefined,
): Float32Array {
  if (type !== 'int8' && type !== 'uint8') return data
  if (quantisation === undefined)
    throw new AppError('QLY_MODEL_INVALID', `output ${name} is ${type}: model.json must give outputs.${name}.scale`)
  const { scale, zeroPoint = 0 } = quantisation
  return data.map((stored) => (stored - zeroPoint) * scale)
}
