// What a model saw, between its output tensor and the tracker.
import type { PictureBox } from '../../contracts/geometry.ts'
import type { Box } from '../geometry/box.ts'

/** A detection in a cut, in pixels of the model's input. */
export interface CutDetection {
  /** class of ours, after the model's `classes` map */
  readonly label: string
  /** 0..1 */
  readonly score: number
  readonly box: Box
  /** of an embedding only: the look of the cut, of length 1 */
  readonly vector?: Float32Array
}

/** A detection in the full frame, as fractions. */
export interface Detection {
  readonly label: string
  readonly score: number
  readonly box: PictureBox
  /** name of the model with the first 8 digits of its hash */
  readonly model: string
  /** score from which a detection of its class counts; weaker ones only keep tracks alive */
  readonly threshold: number
}
