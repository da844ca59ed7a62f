// What the main thread and an inference thread say to each other.
import type { ErrorCode } from '../../contracts/errors.ts'
import type { CutDetection } from '../detection/detection.ts'
import type { ModelFile } from './model-runtime.ts'

export type InferenceRequest =
  | { readonly kind: 'load'; readonly request: number; readonly key: string; readonly model: ModelFile }
  | {
      readonly kind: 'infer'
      readonly request: number
      readonly key: string
      readonly pictures: readonly Uint8Array[]
      readonly minimumScore: number
    }
  | { readonly kind: 'stop'; readonly request: number }

export interface InferenceResult {
  /** one list a picture */
  readonly detections: readonly (readonly CutDetection[])[]
  /** time in the model with pre- and post-processing, all pictures */
  readonly seconds: number
}

export type InferenceReply =
  | { readonly request: number; readonly result: InferenceResult }
  | { readonly request: number; readonly error: { readonly code: ErrorCode; readonly message: string } }
