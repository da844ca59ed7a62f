// The inputs of a graph: one picture, compared with what model.json says, and constants that some families ask for.
import { type InferenceSession, Tensor } from 'onnxruntime-node'
import type { InputTensor } from '../detection/input-tensor.ts'
import type { InputFormat } from '../model-registry/model-description.ts'

export interface GraphInputs {
  /** name of the picture input */
  readonly picture: string
  /** fed with every picture */
  readonly constant: Readonly<Record<string, Tensor>>
  /** the picture's first axis is of any size and nothing else is asked for, so that several pictures may go in at once */
  readonly openBatch: boolean
  /** what does not fit; empty: sound */
  readonly faults: readonly string[]
}

/** RT-DETR and D-FINE scale their boxes to this size; ours is that of the input (width, height). */
const sizeInput = /^(orig_)?(target|image)_sizes?$/

export function inputsOf(
  session: Pick<InferenceSession, 'inputMetadata'>,
  wanted: InputTensor,
  { input: { width, height, multipleOf } }: { readonly input: Pick<InputFormat, 'width' | 'height' | 'multipleOf'> },
): GraphInputs {
  const metadata = session.inputMetadata.filter((each) => each.isTensor)
  const sizes = metadata.filter(({ name }) => sizeInput.test(name))
  const pictures = metadata.filter(({ name }) => !sizeInput.test(name))
  const [picture] = pictures
  const names = session.inputMetadata.map(({ name }) => name).join(', ')
  if (pictures.length !== 1 || picture === undefined || session.inputMetadata.length !== metadata.length)
    return {
      picture: '',
      constant: {},
      openBatch: false,
      faults: [`has the inputs ${names || '(none)'}; one picture input is expected`],
    }
  const faults: string[] = []
  const { name, type, shape } = picture
  if (type !== wanted.type) faults.push(`input ${name} is ${type}; model.json (or its family) says ${wanted.type}`)
  const fits =
    shape.length === 4 && shape.every((size, axis) => typeof size === 'string' || size === wanted.shape[axis])
  if (!fits)
    faults.push(`input ${name} has the shape [${shape.join(', ')}]; model.json asks for [${wanted.shape.join(', ')}]`)
  if (multipleOf !== undefined && sizes.length > 0)
    faults.push(`input.multipleOf is not for models that are told a size (${sizes[0]?.name})`)
  const constant: Record<string, Tensor> = {}
  for (const size of sizes) {
    if (size.type === 'int64')
      constant[size.name] = new Tensor('int64', BigInt64Array.of(BigInt(width), BigInt(height)), [1, 2])
    else if (size.type === 'float32')
      constant[size.name] = new Tensor('float32', Float32Array.of(width, height), [1, 2])
    else faults.push(`input ${size.name} is ${size.type}; int64 or float32 is expected`)
  }
  return { picture: name, constant, openBatch: typeof shape[0] === 'string' && sizes.length === 0, faults }
}

/** onnxruntime-node 1.30 gives halves as Float16Array but takes only their bits: a Float16Array arrives as nothing. */
export function toTensor({ type, data, shape }: InputTensor): Tensor {
  if (type !== 'float16') return new Tensor(type, data as never, shape)
  const bits = new Uint16Array(data.buffer, data.byteOffset, data.length)
  return { type, dims: shape, data: bits, location: 'cpu' } as unknown as Tensor
}
