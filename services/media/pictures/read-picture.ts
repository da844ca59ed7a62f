// One JPEG → pixels → the cuts of a plan, with sharp: upright by its EXIF orientation, CMYK and grey turned into RGB, bounded in size.
import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { AppError } from '../../contracts/errors.ts'
import type { FrameCaptured } from '../../contracts/events/frame-captured-v1.ts'
import type { FrameCut, FrameCutPixels, Pixels } from '../../contracts/frames.ts'
import { placeCut } from '../camera-source/cut-geometry.ts'

/** The bytes of the event's picture; QLY_PAYLOAD_UNREADABLE if they are not those that were hashed. */
export function bytesOf(data: Pick<FrameCaptured, 'base64' | 'sha256'>): Buffer {
  const bytes = Buffer.from(data.base64, 'base64')
  if (createHash('sha256').update(bytes).digest('hex') !== data.sha256) {
    throw new AppError('QLY_PAYLOAD_UNREADABLE', 'the picture is not the one that was hashed')
  }
  return bytes
}

/** Decodes a JPEG. Not retryable: QLY_PAYLOAD_UNREADABLE for one that is damaged, QLY_PAYLOAD_TOO_LARGE for one with too many pixels. */
export async function readPicture(jpeg: Uint8Array, maximumPixels: number): Promise<Pixels> {
  try {
    const image = sharp(jpeg, { limitInputPixels: maximumPixels, failOn: 'error', sequentialRead: true })
    const { format, width, height } = await image.metadata()
    if (format !== 'jpeg') throw new AppError('QLY_PAYLOAD_UNREADABLE', `the picture is ${format}, not JPEG`)
    if (width * height > maximumPixels) throw tooLarge(width, height, maximumPixels)
    const { data, info } = await image
      .autoOrient()
      .flatten()
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== 3) throw new AppError('QLY_PAYLOAD_UNREADABLE', `the picture has ${info.channels} channels`)
    return { width: info.width, height: info.height, rgb: data }
  } catch (error) {
    if (error instanceof AppError) throw error
    const { message } = error as Error
    if (/pixel limit/i.test(message)) throw tooLarge(0, 0, maximumPixels)
    throw new AppError('QLY_PAYLOAD_UNREADABLE', `the JPEG cannot be decoded: ${message.slice(0, 200)}`, {
      cause: error,
    })
  }
}

/** A cut of a decoded picture at the model's size, letterboxed with 114: what FFmpeg does for streams. */
export async function cutPicture(picture: Pixels, cut: FrameCut): Promise<FrameCutPixels> {
  const { crop, input, scaled, offsetX, offsetY, pictureWidth, pictureHeight } = placeCut(cut, picture)
  const rgb = await sharp(picture.rgb, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .extract({ left: crop.x, top: crop.y, width: crop.width, height: crop.height })
    .resize(scaled.width, scaled.height, { fit: 'fill', kernel: 'linear' })
    .extend({
      left: scaled.x,
      top: scaled.y,
      right: input.width - scaled.width - scaled.x,
      bottom: input.height - scaled.height - scaled.y,
      background: { r: 114, g: 114, b: 114 },
    })
    .raw()
    .toBuffer()
  return { cut, ...input, rgb, offsetX, offsetY, pictureWidth, pictureHeight }
}

function tooLarge(width: number, height: number, limit: number): AppError {
  const size = width > 0 ? `${width}×${height} pixels` : 'more pixels'
  return new AppError('QLY_PAYLOAD_TOO_LARGE', `the picture has ${size}; at most ${limit} are decoded`)
}
