// A frame as it came over the bus → the pixels that models look at, and, where media has the whole picture no more, what its cuts show of it.
import sharp from 'sharp'
import { AppError } from '../../contracts/errors.ts'
import type { FrameCutOut } from '../../contracts/events/frame-cut-v1.ts'
import type { FrameCutPixels, Pixels } from '../../contracts/frames.ts'

/** A sheet with more pixels is no sheet of cuts. */
const mostPixels = 100_000_000

/** Decodes the cuts. QLY_PAYLOAD_UNREADABLE (not retryable) for a JPEG that is damaged or smaller than its cuts say. */
export async function readCutSheet({ base64, cuts }: Pick<FrameCutOut, 'base64' | 'cuts'>): Promise<FrameCutPixels[]> {
  const { rgb, width, height } = await decode(base64)
  return cuts.map(({ id, region, letterbox, top, ...placement }) => {
    const { width: across, height: down } = placement
    if (across > width || top + down > height) {
      throw new AppError('QLY_PAYLOAD_UNREADABLE', `the cut ${id} lies outside of the picture of ${width}×${height}`)
    }
    const pixels = new Uint8Array(new SharedArrayBuffer(across * down * 3))
    for (let y = 0; y < down; y++) {
      const from = (top + y) * width * 3
      pixels.set(rgb.subarray(from, from + across * 3), y * across * 3)
    }
    return { cut: { id, region, letterbox, width: across, height: down }, rgb: pixels, ...placement }
  })
}

/** A whole picture that media has shown. */
export async function decode(base64: string): Promise<Pixels> {
  try {
    const { data, info } = await sharp(Buffer.from(base64, 'base64'), { limitInputPixels: mostPixels, failOn: 'error' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, rgb: data }
  } catch (cause) {
    const reason = (cause as Error).message.slice(0, 200)
    throw new AppError('QLY_PAYLOAD_UNREADABLE', `a frame from the bus cannot be decoded: ${reason}`, { cause })
  }
}

/** wider pictures would show no more than the cuts have */
const pastedWidth = 1280

/** The frame as far as its cuts show it, the rest grey. */
export async function pasteCuts(
  frame: { readonly width: number; readonly height: number },
  cuts: readonly FrameCutPixels[],
): Promise<Pixels> {
  const width = Math.min(frame.width, pastedWidth)
  const height = Math.max(1, Math.round((frame.height * width) / frame.width))
  const parts = await Promise.all(
    cuts.map(async ({ cut, rgb, offsetX, offsetY, pictureWidth, pictureHeight, ...size }) => {
      const left = Math.max(0, Math.round(offsetX))
      const top = Math.max(0, Math.round(offsetY))
      const [x1, y1, x2, y2] = cut.region
      const input = await sharp(rgb, { raw: { ...size, channels: 3 } })
        .extract({
          left,
          top,
          width: Math.max(1, Math.min(Math.round(pictureWidth), size.width - left)),
          height: Math.max(1, Math.min(Math.round(pictureHeight), size.height - top)),
        })
        .resize(Math.max(1, Math.round((x2 - x1) * width)), Math.max(1, Math.round((y2 - y1) * height)), {
          fit: 'fill',
        })
        .png({ compressionLevel: 0 })
        .toBuffer()
      return { input, left: Math.round(x1 * width), top: Math.round(y1 * height) }
    }),
  )
  const { data, info } = await sharp({ create: { width, height, channels: 3, background: '#727272' } })
    .composite(parts)
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, rgb: data }
}
