// Pictures for the model commands: any still format → upright RGB, cut as cameras' frames are; and one with boxes drawn in.
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { AppError } from '../../services/contracts/errors.ts'
import type { FrameCut, FrameCutPixels, Pixels } from '../../services/contracts/frames.ts'
import { cutPicture } from '../../services/media/pictures/read-picture.ts'
import type { Detection } from '../../services/vision/detection/detection.ts'
import type { InputFormat } from '../../services/vision/model-registry/model-description.ts'

const mostPixels = 200_000_000

/** Throws QLY_PAYLOAD_UNREADABLE for what is no picture or is damaged. */
export async function loadPicture(file: string): Promise<Pixels> {
  try {
    const { data, info } = await sharp(await readFile(file), { limitInputPixels: mostPixels, failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, rgb: data }
  } catch (cause) {
    throw new AppError('QLY_PAYLOAD_UNREADABLE', `${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** A part of the picture at the model's size; default: all of it. */
export const cutFor = (
  picture: Pixels,
  { width, height, letterbox, multipleOf }: Pick<InputFormat, 'width' | 'height' | 'letterbox' | 'multipleOf'>,
  region: FrameCut['region'] = [0, 0, 1, 1],
): Promise<FrameCutPixels> =>
  cutPicture(picture, { id: 'whole', region, width, height, letterbox, ...(multipleOf ? { multipleOf } : {}) })

/** One a label, in turn. Named, so that a table can be the legend: no font is needed. */
export const colours = ['red', 'yellow', 'cyan', 'magenta', 'lime', 'orange', 'white', 'blue'] as const

/** A JPEG of the picture with the boxes; `colourOf` gives each label its colour. */
export async function drawBoxes(
  { rgb, width, height }: Pixels,
  detections: readonly Pick<Detection, 'label' | 'box'>[],
  colourOf: (label: string) => string,
): Promise<Buffer> {
  const line = Math.max(2, Math.round(Math.min(width, height) / 240))
  const rectangles = detections.map(({ label, box: [x1, y1, x2, y2] }) => {
    const place = `x="${x1 * width}" y="${y1 * height}" width="${(x2 - x1) * width}" height="${(y2 - y1) * height}"`
    return `<rect ${place} fill="none" stroke="${colourOf(label)}" stroke-width="${line}"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${rectangles.join('')}</svg>`
  return await sharp(rgb, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(svg) }])
    .jpeg({ quality: 88 })
    .toBuffer()
}
