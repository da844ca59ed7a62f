// Pixels between media and vision, inside one process: what media decodes, crops and scales, and what vision asks for.
// Services never import each other; app hands vision's plan to media and media's frames to vision.
import type { CameraConfig } from './config/cameras.ts'
import type { PictureBox } from './geometry.ts'

/** A part of the frame that a model wants, at the model's size. */
export interface FrameCut {
  readonly id: string
  /** the part of the full frame, as fractions; whole frame: [0, 0, 1, 1] */
  readonly region: PictureBox
  /** the model's input size in pixels; with `multipleOf` the largest one */
  readonly width: number
  readonly height: number
  /** the model takes smaller inputs too, of multiples of so many pixels: the letterbox is no larger than that needs */
  readonly multipleOf?: number
  /** where the scaled picture sits in the input; the rest is filled with 114 */
  readonly letterbox: 'centre' | 'top-left'
}

/** What vision wants of a camera. */
export interface FramePlan {
  readonly cameraId: string
  readonly framesPerSecond: number
  readonly cuts: readonly FrameCut[]
  /** where a model looks that finds persons; elsewhere nothing is known of whom a picture shows */
  readonly personRegions?: readonly PictureBox[]
  /** frames that may be with the sink at once, so that none of its threads waits for the next one; default 1 */
  readonly framesAtOnce?: number
}

/** RGB pixels, 8 bit, height × width × 3, no row padding. On shared memory (SharedArrayBuffer) they reach other threads without a copy. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** A cut as decoded: pixels at the model's size, and where the picture sits in them, to map boxes back. */
export interface FrameCutPixels extends Pixels {
  readonly cut: FrameCut
  /** input pixel = offset + (fraction within region) × size */
  readonly offsetX: number
  readonly offsetY: number
  readonly pictureWidth: number
  readonly pictureHeight: number
}

/** One frame of one camera. Valid until the promise of the sink that got it resolves. */
export interface CameraFrame {
  readonly cameraId: string
  /** increases by one for every frame sampled, also over dropped ones */
  readonly sequence: number
  /** event time, milliseconds since the epoch */
  readonly capturedAt: number
  /** size of the full frame in pixels */
  readonly width: number
  readonly height: number
  /** true for the first frame after a (re)connect or a change of resolution */
  readonly discontinuity: boolean
  /** the view has moved: zones are not where they were drawn, so nothing is told of them */
  readonly zonesSuspended?: boolean
  readonly cuts: readonly FrameCutPixels[]
  /** The full frame, converted on demand (evidence only; costs a colour conversion). */
  fullFrame(): Promise<Pixels>
}

/**
 * Takes frames of a camera in order. Media offers the next one after the promise resolves, or, while fewer than `framesAtOnce` are under way,
 * already after the sink called `ready`; what it had to skip meanwhile it counts.
 */
export type FrameSink = (frame: CameraFrame, ready?: () => void) => Promise<void>

/** An object as a tracker saw it in one frame; `trackId` is unique for as long as the camera is open. */
export interface SeenObject {
  readonly trackId: number
  readonly label: string
  readonly box?: PictureBox
}

export interface EyesOptions {
  /** Recorded footage: its inference gives way to that of every live camera, and nothing of it is remembered once it is closed. */
  readonly recorded?: boolean
  /** told, for each frame and model, what is tracked in it, before `see` resolves */
  readonly onObjects?: (objects: readonly SeenObject[], capturedAt: number) => void
}

/** What looks at cameras (vision), as media uses it. One camera is open in at most one process. */
export interface CameraEyes {
  /** Loads the camera's models and its saved state; answers with what to decode. Throws QLY_MODEL_UNKNOWN or QLY_MODEL_INVALID. */
  open(camera: CameraConfig, options?: EyesOptions): Promise<FramePlan>
  readonly see: FrameSink
  /** Saves the camera's state and lets it go. Idempotent. */
  close(cameraId: string): Promise<void>
}

/** What vision will want of a camera, told without opening it (models are described, not loaded). Throws QLY_MODEL_UNKNOWN or QLY_MODEL_INVALID. */
export type FramePlanner = (camera: CameraConfig) => Promise<FramePlan>
