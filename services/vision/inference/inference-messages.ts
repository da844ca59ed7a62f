// What the main thread and an inference thread say to each other.
import type { ErrorCode } from '../../contracts/errors.ts'
import type { Pixels } from '../../contracts/frames.ts'
import type { CutDetection } from '../detection/detection.ts'
import type { ModelFile } from './model-runtime.ts'
import type { ExecutionProvider, RefusedProvider } from './open-session.ts'

/** RGB pixels, letterboxed: of the model's size, or of a size of their own where model.json has `multipleOf`. */
export type Picture = Uint8Array | Pixels

export type InferenceRequest =
  | { readonly kind: 'load'; readonly request: number; readonly key: string; readonly model: ModelFile }
  | {
      readonly kind: 'infer'
      readonly request: number
      readonly key: string
      /** pixels on shared memory are not copied */
      readonly pictures: readonly Picture[]
      readonly minimumScore: number
    }
  | { readonly kind: 'stop'; readonly request: number }

/** What became of a model in a thread. */
export interface LoadedModel {
  readonly provider: ExecutionProvider
  readonly refused: readonly RefusedProvider[]
  /** several pictures may go into one run */
  readonly batches: boolean
}

export interface InferenceResult {
  /** one list a picture */
  readonly detections: readonly (readonly CutDetection[])[]
  /** time in the model with pre- and post-processing, all pictures */
  readonly seconds: number
}

/** What each kind of request is answered with. */
export interface Answers {
  readonly load: LoadedModel
  readonly infer: InferenceResult
  readonly stop: undefined
}

export type InferenceReply =
  | { readonly request: number; readonly result: Answers[keyof Answers] }
  | { readonly request: number; readonly error: { readonly code: ErrorCode; readonly message: string } }
