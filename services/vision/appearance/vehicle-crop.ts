// A vehicle as the embedding sees it: its box with a little around it, stretched to the model's square, from the cut that shows it with the most pixels.
import type { FrameCutPixels } from '../../contracts/frames.ts'
import type { PictureBox } from '../../contracts/geometry.ts'

/** Of the box's size is added on every side: what models/vehicle_look was trained on. */
const margin = 0.1
/** A vehicle with fewer pixels on its shorter side has no look, pixels of the cut. */
const smallestSide = 14

/** RGB pixels, size × size × 3; undefined where the cut shows too little of it. Beyond the picture its rim goes on. */
export function cropVehicle(box: PictureBox, cut: FrameCutPixels, size: number): Uint8Array | undefined {
  const { offsetX, offsetY, pictureWidth, pictureHeight, width, rgb } = cut
  const [left, top, right, bottom] = cut.cut.region
  const scaleX = pictureWidth / (right - left)
  const scaleY = pictureHeight / (bottom - top)
  const boxWidth = (box[2] - box[0]) * scaleX
  const boxHeight = (box[3] - box[1]) * scaleY
  if (Math.min(boxWidth, boxHeight) < smallestSide) return undefined
  const x = axisOf(offsetX + (box[0] - left) * scaleX - margin * boxWidth, boxWidth * (1 + 2 * margin), size)
  const y = axisOf(offsetY + (box[1] - top) * scaleY - margin * boxHeight, boxHeight * (1 + 2 * margin), size)
  const lastX = offsetX + pictureWidth - 1
  const lastY = offsetY + pictureHeight - 1
  const crop = new Uint8Array(size * size * 3)
  for (let row = 0; row < size; row++) {
    const lines = samplesOf(y, row, offsetY, lastY)
    for (let column = 0; column < size; column++) {
      const columns = samplesOf(x, column, offsetX, lastX)
      let [red, green, blue] = [0, 0, 0]
      for (const [line, down] of lines) {
        for (const [at, across] of columns) {
          const from = (line * width + at) * 3
          const share = down * across
          red += share * (rgb[from] as number)
          green += share * (rgb[from + 1] as number)
          blue += share * (rgb[from + 2] as number)
        }
      }
      crop.set([Math.round(red), Math.round(green), Math.round(blue)], (row * size + column) * 3)
    }
  }
  return crop
}

interface Axis {
  /** source pixel of the crop's edge, and source pixels a pixel of the crop */
  readonly start: number
  readonly step: number
}

const axisOf = (start: number, length: number, size: number): Axis => ({ start, step: length / size })

/** Source pixels with their shares: two neighbours when it is enlarged, the mean of those it covers when it is shrunk. */
function samplesOf({ start, step }: Axis, index: number, first: number, last: number): [number, number][] {
  const clamp = (pixel: number) => Math.min(Math.floor(last), Math.max(Math.ceil(first), pixel))
  if (step <= 1) {
    const middle = start + (index + 0.5) * step - 0.5
    const lower = Math.floor(middle)
    return [
      [clamp(lower), 1 - (middle - lower)],
      [clamp(lower + 1), middle - lower],
    ]
  }
  const from = start + index * step
  const to = from + step
  const samples: [number, number][] = []
  for (let pixel = Math.floor(from); pixel < to; pixel++) {
    const share = (Math.min(pixel + 1, to) - Math.max(pixel, from)) / step
    samples.push([clamp(pixel), share])
  }
  return samples
}
