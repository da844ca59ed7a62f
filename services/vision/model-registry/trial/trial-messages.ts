// What is asked of a trial process and what it answers.
import type { ErrorCode } from '../../../contracts/errors.ts'
import type { CutDetection } from '../../detection/detection.ts'
import type { Picture } from '../../inference/inference-messages.ts'
import type { ModelFile } from '../../inference/model-runtime.ts'
import type { InputFormat } from '../model-description.ts'
import type { SeenOutput } from '../onnx/guess-family.ts'

export type TrialRequest =
  /** Opens the bare graph and runs it once on grey: what do its outputs look like? */
  | { readonly kind: 'probe'; readonly file: string; readonly format: InputFormat }
  /** Opens the model as the product does, and runs the pictures (RGB at the model's size). */
  | {
      readonly kind: 'see'
      readonly model: ModelFile
      readonly pictures: readonly Picture[]
      readonly minimumScore: number
    }

export interface TrialResult {
  /** of a probe */
  readonly outputs: readonly SeenOutput[]
  /** of pictures, one list each */
  readonly detections: readonly (readonly CutDetection[])[]
  /** the runs alone, without opening */
  readonly seconds: number
}

export type TrialReply =
  | { readonly result: TrialResult }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } }
