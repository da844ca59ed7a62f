// One ONNX session with its pre- and post-processing: pixels in, detections out. Opening it proves that the graph is what model.json says.
import { InferenceSession } from 'onnxruntime-node'
import { AppError } from '../../contracts/errors.ts'
import type { CutDetection } from '../detection/detection.ts'
import { families } from '../detection/families/families.ts'
import type { Decoder, Outputs } from '../detection/families/family.ts'
import { toOutputTensor } from '../detection/families/output-tensor.ts'
import { createTensorBuilder } from '../detection/input-tensor.ts'
import { inputFormatOf, type ModelDescription } from '../model-registry/model-description.ts'
import { splitBatch } from './batch.ts'
import { inputsOf, toTensor } from './graph-inputs.ts'
import { type ExecutionProvider, onFirstProvider, type RefusedProvider, type SessionOptions } from './open-session.ts'

export interface ModelFile {
  /** name for people and metrics */
  readonly name: string
  /** path of the .onnx file */
  readonly file: string
  readonly description: ModelDescription
}

export interface ModelRuntime {
  /**
   * RGB pixels at the model's size, height × width × 3, letterboxed; one list of detections a picture, all in one run if the graph takes
   * batches. Not to be called again before it resolves.
   */
  infer(pictures: readonly Uint8Array[], minimumScore: number): Promise<CutDetection[][]>
  /** The graph takes several pictures in one run: its batch axis is open, and a trial agreed. */
  readonly batches: boolean
  readonly provider: ExecutionProvider
  /** providers that were preferred and did not take the model */
  readonly refused: readonly RefusedProvider[]
  release(): Promise<void>
}

/** Opens the session and runs it once on a grey picture. Throws QLY_MODEL_INVALID that names the difference. */
export async function openModelRuntime(model: ModelFile, options: SessionOptions): Promise<ModelRuntime> {
  const { opened, provider, refused } = await onFirstProvider(options, (each) => openOn(model, each))
  return { ...opened, provider, refused }
}

async function openOn(
  { name, file, description }: ModelFile,
  options: InferenceSession.SessionOptions,
): Promise<Pick<ModelRuntime, 'infer' | 'batches' | 'release'>> {
  const refuse = (message: string, cause?: unknown): never => {
    throw new AppError('QLY_MODEL_INVALID', `model ${name}: ${message}`, cause === undefined ? {} : { cause })
  }
  let session: InferenceSession
  try {
    session = await InferenceSession.create(file, options)
  } catch (cause) {
    return refuse(`${description.file} cannot be loaded: ${(cause as Error).message}`, cause)
  }
  try {
    const format = inputFormatOf(description)
    const build = createTensorBuilder(format)
    const grey = new Uint8Array(format.width * format.height * 3).fill(114)
    const inputs = inputsOf(session, build(grey), description)
    if (inputs.faults.length > 0) return refuse(inputs.faults.join('; '))

    const run = async (...pictures: readonly Uint8Array[]): Promise<Outputs> => {
      const raw = await session.run({ ...inputs.constant, [inputs.picture]: toTensor(build(...pictures)) })
      const entries = Object.entries(raw).map(([output, tensor]) => [
        output,
        toOutputTensor(output, tensor, description.outputs?.[output]),
      ])
      return Object.fromEntries(entries)
    }
    const outputs = await run(grey).catch((cause: Error) => refuse(`does not run: ${cause.message}`, cause))
    const fit = families[description.family].fit(outputs, description, session.outputNames)
    const decode: Decoder = 'decoder' in fit ? fit.decoder : refuse(fit.faults.join('; '))
    const batches =
      inputs.openBatch &&
      (await run(grey, grey).then(
        (both) => splitBatch(both, 2) !== undefined,
        () => false,
      ))
    return {
      batches,
      async infer(pictures, minimumScore) {
        const all = batches && pictures.length > 1 ? splitBatch(await run(...pictures), pictures.length) : undefined
        if (all) return all.map((each) => decode(each, { minimumScore }))
        const detections: CutDetection[][] = []
        for (const picture of pictures) detections.push(decode(await run(picture), { minimumScore }))
        return detections
      },
      release: () => session.release(),
    }
  } catch (error) {
    await session.release()
    throw error
  }
}
