// One ONNX session with its pre- and post-processing: pixels in, detections out. Opening it proves that the graph is what model.json says.
import { readFile } from 'node:fs/promises'
import { InferenceSession } from 'onnxruntime-node'
import { AppError } from '../../contracts/errors.ts'
import type { Pixels } from '../../contracts/frames.ts'
import type { CutDetection } from '../detection/detection.ts'
import type { Outputs } from '../detection/families/family.ts'
import { toOutputTensor } from '../detection/families/output-tensor.ts'
import { inputFormatOf, type ModelDescription } from '../model-registry/model-description.ts'
import { withOpenAxes } from '../model-registry/onnx/open-axes.ts'
import { splitBatch } from './batch.ts'
import { inputsOf, toTensor } from './graph-inputs.ts'
import type { Picture } from './inference-messages.ts'
import { type ExecutionProvider, onFirstProvider, type RefusedProvider, type SessionOptions } from './open-session.ts'
import { createSizedInputs, type PictureSize, rgbOf } from './sized-input.ts'

export interface ModelFile {
  /** name for people and metrics */
  readonly name: string
  /** path of the .onnx file */
  readonly file: string
  readonly description: ModelDescription
}

export interface ModelRuntime {
  /**
   * One list of detections a picture, all in one run if the graph takes batches and they are of one size. Not to be called again before it
   * resolves.
   */
  infer(pictures: readonly Picture[], minimumScore: number): Promise<CutDetection[][]>
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
    session = await createSession(file, description, options)
  } catch (cause) {
    return refuse(`${description.file} cannot be loaded: ${(cause as Error).message}`, cause)
  }
  try {
    const sizes = createSizedInputs(description, session.outputNames)
    const [own, ...smaller] = sizes.tried.map(greyPicture) as [Pixels, ...Pixels[]]
    const inputs = inputsOf(session, sizes.of(own).build(own.rgb), description)
    if (inputs.faults.length > 0) return refuse(inputs.faults.join('; '))

    /** Pictures of one size. */
    const run = async (...pictures: readonly Picture[]): Promise<Outputs> => {
      const { build } = sizes.of(pictures[0] as Picture)
      const tensor = toTensor(build(...pictures.map(rgbOf)))
      const raw = await session.run({ ...inputs.constant, [inputs.picture]: tensor })
      const entries = Object.entries(raw).map(([output, tensor]) => [
        output,
        toOutputTensor(output, tensor, description.outputs?.[output]),
      ])
      return Object.fromEntries(entries)
    }
    const detect = (picture: Picture, outputs: Outputs, minimumScore: number): CutDetection[] =>
      sizes.of(picture).decoderFor(outputs)(outputs, { minimumScore })
    for (const grey of [own, ...smaller]) {
      const where = grey === own ? '' : ` at ${grey.width}×${grey.height} (input.multipleOf)`
      const outputs = await run(grey).catch((cause: Error) => refuse(`does not run${where}: ${cause.message}`, cause))
      try {
        detect(grey, outputs, 1)
      } catch (error) {
        refuse(`${(error as Error).message}${where}`)
      }
    }
    const batches =
      inputs.openBatch &&
      (await run(own, own).then(
        (both) => splitBatch(both, 2) !== undefined,
        () => false,
      ))
    return {
      batches,
      async infer(pictures, minimumScore) {
        const together = batches && pictures.length > 1 && areAlike(pictures)
        const all = together ? splitBatch(await run(...pictures), pictures.length) : undefined
        if (all) return all.map((each, index) => detect(pictures[index] as Picture, each, minimumScore))
        const detections: CutDetection[][] = []
        for (const picture of pictures) detections.push(detect(picture, await run(picture), minimumScore))
        return detections
      },
      release: () => session.release(),
    }
  } catch (error) {
    await session.release()
    throw error
  }
}

/** A graph for one size is opened for others where model.json says that it takes them. Weights in other files are found from the path only. */
async function createSession(
  file: string,
  description: ModelDescription,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  if (description.input.multipleOf === undefined || description.externalFiles)
    return await InferenceSession.create(file, options)
  const onnx = await readFile(file)
  return await InferenceSession.create(withOpenAxes(onnx, inputFormatOf(description).layout), options)
}

const greyPicture = ({ width, height }: PictureSize): Pixels => ({
  width,
  height,
  rgb: new Uint8Array(width * height * 3).fill(114),
})

const areAlike = (pictures: readonly Picture[]): boolean => {
  const [first] = pictures
  return pictures.every((each) =>
    each instanceof Uint8Array || first instanceof Uint8Array
      ? each instanceof Uint8Array && first instanceof Uint8Array
      : each.width === first?.width && each.height === first.height,
  )
}
