// One ONNX session with its pre- and post-processing: pixels in, detections out. Opening it proves that the graph is what model.json says.
import { InferenceSession } from 'onnxruntime-node'
import { AppError } from '../../contracts/errors.ts'
import type { CutDetection } from '../detection/detection.ts'
import { families } from '../detection/families/families.ts'
import type { Decoder, Outputs } from '../detection/families/family.ts'
import { toOutputTensor } from '../detection/families/output-tensor.ts'
import { createTensorBuilder } from '../detection/input-tensor.ts'
import { inputFormatOf, type ModelDescription } from '../model-registry/model-description.ts'
import { inputsOf, toTensor } from './graph-inputs.ts'

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
  const inputs = inputsOf(session, build(grey), description)
  if (inputs.faults.length > 0) {
    await session.release()
    return refuse(inputs.faults.join('; '))
  }

  const run = async (rgb: Uint8Array): Promise<Outputs> => {
    const raw = await session.run({ ...inputs.constant, [inputs.picture]: toTensor(build(rgb)) })
    const entries = Object.entries(raw).map(([output, tensor]) => [
      output,
      toOutputTensor(output, tensor, description.outputs?.[output]),
    ])
    return Object.fromEntries(entries)
  }
  let decode: Decoder
  try {
    const outputs = await run(grey).catch((cause: Error) => refuse(`does not run: ${cause.message}`, cause))
    const fit = families[description.family].fit(outputs, description, session.outputNames)
    decode = 'decoder' in fit ? fit.decoder : refuse(fit.faults.join('; '))
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
