// Test helper: frames for the pixel model (tiny-onnx.ts): what is to be seen is written into the pixels of every cut.
import type { CameraFrame, FramePlan } from '../../contracts/frames.ts'
import { coverageOf } from '../geometry/box.ts'
import { type PixelObject, pixelPicture, pixelSize } from './tiny-onnx.ts'

export interface SceneObject {
  readonly label: 0 | 1
  readonly score: number
  /** fractions of the frame */
  readonly box: readonly [number, number, number, number]
}

/** A frame of 320 × 180 in which the model sees these objects. */
export function pixelFrame(
  plan: FramePlan,
  objects: readonly SceneObject[],
  at: { sequence: number; capturedAt: number; discontinuity?: boolean; zonesSuspended?: boolean },
): CameraFrame {
  const cuts = plan.cuts.map((cut) => {
    const [left, top, right, bottom] = cut.region
    const toPixels = ({ label, score, box }: SceneObject): PixelObject => ({
      label,
      score,
      box: [
        ((box[0] - left) / (right - left)) * pixelSize,
        ((box[1] - top) / (bottom - top)) * pixelSize,
        ((box[2] - left) / (right - left)) * pixelSize,
        ((box[3] - top) / (bottom - top)) * pixelSize,
      ],
    })
    const shown = objects.filter(({ box }) => coverageOf(box, cut.region) > 0.99)
    return {
      cut,
      width: pixelSize,
      height: pixelSize,
      rgb: pixelPicture(shown.map(toPixels)),
      offsetX: 0,
      offsetY: 0,
      pictureWidth: pixelSize,
      pictureHeight: pixelSize,
    }
  })
  const [width, height] = [320, 180]
  return {
    cameraId: plan.cameraId,
    sequence: at.sequence,
    capturedAt: at.capturedAt,
    width,
    height,
    discontinuity: at.discontinuity ?? at.sequence === 0,
    zonesSuspended: at.zonesSuspended ?? false,
    cuts,
    fullFrame: async () => ({ width, height, rgb: new Uint8Array(width * height * 3).fill(90) }),
  }
}
