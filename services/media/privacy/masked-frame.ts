// Frames of a camera with privacy masks: the full frame, from which snapshots and evidence are made, has them burnt in; what models are given only if configured.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { CameraFrame, FrameCutPixels, Pixels } from '../../contracts/frames.ts'
import type { PicturePolygon } from '../../contracts/geometry.ts'
import { maskPixels } from './mask-rows.ts'

/** The frame with the camera's masks; itself where there are none. `vision`: also in the cuts, whose pixels are changed in place. */
export function maskedFrame(
  frame: CameraFrame,
  { privacyMasks = [] }: Pick<CameraConfig, 'privacyMasks'>,
  options: { readonly vision: boolean },
): CameraFrame {
  if (privacyMasks.length === 0) return frame
  if (options.vision)
    for (const cut of frame.cuts)
      maskPixels(
        cut,
        privacyMasks.map((mask) => intoCut(mask, cut)),
      )
  let whole: Promise<Pixels> | undefined
  return {
    ...frame,
    fullFrame() {
      whole ??= frame.fullFrame().then((pixels) => {
        // a copy: others may hold the pixels as they were
        const rgb = Uint8Array.from(pixels.rgb)
        maskPixels({ ...pixels, rgb }, privacyMasks)
        return { ...pixels, rgb }
      })
      return whole
    },
  }
}

/** The mask in fractions of the cut's pixels; parts beyond its border included. */
function intoCut(mask: PicturePolygon, cut: FrameCutPixels): PicturePolygon {
  const [x1, y1, x2, y2] = cut.cut.region
  return mask.map(([x, y]) => [
    (cut.offsetX + ((x - x1) / (x2 - x1)) * cut.pictureWidth) / cut.width,
    (cut.offsetY + ((y - y1) / (y2 - y1)) * cut.pictureHeight) / cut.height,
  ])
}
