// Where a cut comes from in the frame and where it sits in the model's input: pure arithmetic, exact for any size.
import type { FrameCut } from '../../contracts/frames.ts'

export interface CutPlacement {
  /** source rectangle in pixels, even (chroma is shared by 2 × 2 pixels) */
  readonly crop: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  /** size of the model's input in pixels: that of the cut, or what `multipleOf` leaves of it */
  readonly input: { readonly width: number; readonly height: number }
  /** size of the scaled picture, and its place in the input, in pixels */
  readonly scaled: { readonly width: number; readonly height: number; readonly x: number; readonly y: number }
  /** input pixel = offset + (fraction within the region) × size; not whole numbers where the region is none of pixels */
  readonly offsetX: number
  readonly offsetY: number
  readonly pictureWidth: number
  readonly pictureHeight: number
}

/** Places a cut of a frame of this size. The aspect ratio is kept; the rest of the input is the letterbox. */
export function placeCut(cut: FrameCut, frame: { readonly width: number; readonly height: number }): CutPlacement {
  const [x1, y1, x2, y2] = cut.region
  const across = span(x1, x2, frame.width)
  const down = span(y1, y2, frame.height)
  const scale = Math.min(cut.width / across.length, cut.height / down.length)
  const width = within(Math.round(across.length * scale), cut.width)
  const height = within(Math.round(down.length * scale), cut.height)
  const input = { width: inputSide(width, cut.width, cut), height: inputSide(height, cut.height, cut) }
  const x = cut.letterbox === 'centre' ? Math.floor((input.width - width) / 2) : 0
  const y = cut.letterbox === 'centre' ? Math.floor((input.height - height) / 2) : 0
  return {
    crop: { x: across.start, y: down.start, width: across.length, height: down.length },
    input,
    scaled: { width, height, x, y },
    offsetX: x + ((x1 * frame.width - across.start) / across.length) * width,
    offsetY: y + ((y1 * frame.height - down.start) / down.length) * height,
    pictureWidth: (((x2 - x1) * frame.width) / across.length) * width,
    pictureHeight: (((y2 - y1) * frame.height) / down.length) * height,
  }
}

/** Whole even pixels that hold [from, to] of `size`, at least 2; an odd last column or row is kept. */
function span(from: number, to: number, size: number): { start: number; length: number } {
  const low = Math.min(from, to) * size
  const high = Math.max(from, to) * size
  const start = Math.max(0, Math.min(Math.floor(low / 2) * 2, Math.floor((size - 2) / 2) * 2))
  const end = Math.max(start + 2, Math.min(Math.ceil(high / 2) * 2, size))
  return { start, length: Math.min(end, size) - start }
}

/** The least side that holds the picture: a 16:9 picture in 416 × 416 needs 416 × 256, three fifths of the arithmetic. */
const inputSide = (picture: number, whole: number, { multipleOf }: Pick<FrameCut, 'multipleOf'>): number =>
  multipleOf === undefined ? whole : Math.min(whole, Math.ceil(picture / multipleOf) * multipleOf)

const within = (value: number, limit: number) => Math.max(1, Math.min(value, limit))
