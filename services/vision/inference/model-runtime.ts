// One ONNX session with its pre- and post-processing: pixels in, detections out. Opening it proves that the graph is what model.json says.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { AppError } from '../../contracts/errors.ts'
import { createDecoder, type OutputTensor, yoloxGrid } from '../detection/decode-output.ts'
import type { CutDetection } from '../detection/detection.ts'
import { createTensorBuilder, type InputTensor } from '../detection/input-tensor.ts'
import { inputFormatOf, type ModelDescription } from '../model-registry/model-description.ts'

export interface ModelFile {
  /** name for people and metrics */
  readonly name: string
  /** path of the .onnx file */
  readonly file: string
  readonly description: ModelDescription
}

export interface ModelRuntime {
  /** RGB pixels at the model's size, height × width × 3, letterboxed. Not to be called again before it resolves. */
  infer(rgb: Uint8Array, minimumScore: number): Promise<CutDetection[]>
  release(): Promise<void>
}

/** Opens the session and runs it once on a grey picture. Throws QLY_MODEL_INVALID that names the difference. */
export async function openModelRuntime(model: ModelFile, options: { threads: number }): Promise<ModelRuntime> {
  const { name, description } = model
  const refuse = (message: string, cause?: unknown): never => {
    throw new AppError('QLY_MODEL_INVALID', `model ${name}: ${message}`, cause === undefined ? {} : { cause })
  }
  let session: InferenceSession
  try {
    session = await InferenceSession.create(model.file, {
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
      // Spinning threads of several sessions slow each other 2–3 × (training.md).
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    })
  } catch (cause) {
    return refuse(`${description.file} cannot be loaded: ${(cause as Error).message}`, cause)
  }
  const format = inputFormatOf(description)
  const build = createTensorBuilder(format)
  const grey = new Uint8Array(format.width * format.height * 3).fill(114)
  const faults = [...inputFaults(session, build(grey)), ...outputNameFaults(session, description)]
  if (faults.length > 0) {
    await session.release()
    return refuse(faults.join('; '))
  }
  const inputName = session.inputNames[0] as string
  const decode = createDecoder(description, session.outputNames)

  const run = async (rgb: Uint8Array) => {
    const { type, data, shape } = build(rgb)
    return (await session.run({ [inputName]: new Tensor(type, data, shape) })) as Record<string, OutputTensor>
  }
  try {
    const outputs = await run(grey).catch((cause: Error) => refuse(`does not run: ${cause.message}`, cause))
    const shapeFaults = outputFaults(outputs, description, session.outputNames)
    if (shapeFaults.length > 0) refuse(shapeFaults.join('; '))
  } catch (error) {
    await session.release()
    throw error
  }
  return {
    async infer(rgb, minimumScore) {
      return decode(await run(rgb), { minimumScore })
    },
    release: () => session.release(),
  }
}

function inputFaults(session: InferenceSession, wanted: InputTensor): string[] {
  const [input] = session.inputMetadata
  if (session.inputNames.length !== 1 || input === undefined) {
    return [`has the inputs ${session.inputNames.join(', ') || '(none)'}; one picture input is expected`]
  }
  if (!input.isTensor) return [`input ${input.name} is no tensor`]
  const faults: string[] = []
  if (input.type !== wanted.type) {
    faults.push(`input ${input.name} is ${input.type}; model.json (or its family) says ${wanted.type}`)
  }
  const fits =
    input.shape.length === 4 &&
    input.shape.every((size, axis) => typeof size === 'string' || size === wanted.shape[axis])
  if (!fits) {
    faults.push(
      `input ${input.name} has the shape [${input.shape.join(', ')}]; model.json asks for [${wanted.shape.join(', ')}]`,
    )
  }
  return faults
}

function outputNameFaults(session: InferenceSession, { family }: ModelDescription): string[] {
  const names = session.outputNames
  if (family !== 'qianliyan') {
    return names.length === 1 ? [] : [`has the outputs ${names.join(', ')}; family ${family} has one`]
  }
  const missing = ['boxes', 'scores'].filter((name) => !names.includes(name))
  return missing.length === 0 ? [] : [`has the outputs ${names.join(', ')}; ${missing.join(' and ')} missing`]
}

function outputFaults(
  outputs: Readonly<Record<string, OutputTensor>>,
  { family, labels, input }: ModelDescription,
  names: readonly string[],
): string[] {
  const check = (name: string, dims: readonly (number | undefined)[], meaning: string): string[] => {
    const output = outputs[name] as OutputTensor
    if (output.type !== 'float32') return [`output ${name} is ${output.type}, not float32`]
    const fits =
      output.dims.length === dims.length &&
      output.dims.every((size, axis) => dims[axis] === undefined || dims[axis] === size)
    const asked = dims.map((size) => size ?? 'N').join(', ')
    return fits ? [] : [`output ${name} has the shape [${output.dims.join(', ')}], expected [${asked}] (${meaning})`]
  }
  const first = names[0] as string
  switch (family) {
    case 'qianliyan':
      return [
        ...check('boxes', [1, undefined, 4], 'x1, y1, x2, y2'),
        ...check('scores', [1, outputs.boxes?.dims[1], labels.length], `${labels.length} labels in model.json`),
      ]
    case 'yolox':
      return check(first, [1, yoloxGrid(input).length, 5 + labels.length], `5 + ${labels.length} labels in model.json`)
    case 'classifier':
      return check(first, [1, labels.length], `${labels.length} labels in model.json`)
  }
}
