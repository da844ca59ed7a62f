// The look of a vehicle as a small colour histogram: 12 hues by their chroma, 5 greys by brightness; compared by Hellinger distance.
// Loose on purpose: it only has to tell a white car from a black or a red one after an occlusion or a restart.
import type { FrameCutPixels } from '../../contracts/frames.ts'
import type { PictureBox } from '../../contracts/geometry.ts'

const hues = 12
const greys = 5
const samplesAcross = 20

/** Histogram of a box as far as the cut shows it (sums to 1, rounded to 3 digits), or undefined if it shows too little of it. */
export function lookOf(box: PictureBox, cut: FrameCutPixels): number[] | undefined {
  const [left, top, right, bottom] = cut.cut.region
  const x = (fraction: number) => cut.offsetX + ((fraction - left) / (right - left)) * cut.pictureWidth
  const y = (fraction: number) => cut.offsetY + ((fraction - top) / (bottom - top)) * cut.pictureHeight
  // The middle of the box: its rim is road.
  const inset = 0.15
  const [x1, x2] = [x(box[0] + inset * (box[2] - box[0])), x(box[2] - inset * (box[2] - box[0]))]
  const [y1, y2] = [y(box[1] + inset * (box[3] - box[1])), y(box[3] - inset * (box[3] - box[1]))]
  const histogram = new Array<number>(hues + greys).fill(0)
  let sampled = 0
  for (let row = 0; row < samplesAcross; row++) {
    const line = Math.floor(y1 + ((row + 0.5) / samplesAcross) * (y2 - y1))
    if (line < cut.offsetY || line >= cut.offsetY + cut.pictureHeight) continue
    for (let step = 0; step < samplesAcross; step++) {
      const column = Math.floor(x1 + ((step + 0.5) / samplesAcross) * (x2 - x1))
      if (column < cut.offsetX || column >= cut.offsetX + cut.pictureWidth) continue
      const at = (line * cut.width + column) * 3
      addPixel(histogram, cut.rgb[at] as number, cut.rgb[at + 1] as number, cut.rgb[at + 2] as number)
      sampled++
    }
  }
  if (sampled < samplesAcross ** 2 / 4) return undefined
  return histogram.map((share) => Math.round((1000 * share) / sampled) / 1000)
}

/** Hellinger distance of two histograms, 0 (same) to 1 (nothing in common). */
export function lookDistance(a: readonly number[], b: readonly number[]): number {
  let alike = 0
  for (let index = 0; index < a.length; index++) alike += Math.sqrt((a[index] ?? 0) * (b[index] ?? 0))
  return Math.sqrt(Math.max(0, 1 - alike))
}

/** Moves a look a little towards a new one. */
export function blendLooks(old: readonly number[], fresh: readonly number[], weight: number): number[] {
  return old.map((share, index) => Math.round(1000 * (share * (1 - weight) + (fresh[index] ?? 0) * weight)) / 1000)
}

/** A pixel's weight goes to the two nearest hues by its chroma, the rest to the two nearest greys, so small changes shift little. */
function addPixel(histogram: number[], red: number, green: number, blue: number): void {
  const largest = Math.max(red, green, blue)
  const chroma = largest - Math.min(red, green, blue)
  const saturation = largest === 0 ? 0 : chroma / largest
  const coloured = Math.min(1, Math.max(0, (saturation - 0.15) / 0.35)) * Math.min(1, largest / 60)
  if (coloured > 0) spread(histogram, 0, hues, (hueOf(red, green, blue, largest, chroma) / 6) * hues, coloured, true)
  spread(histogram, hues, greys, (largest / 255) * (greys - 1), 1 - coloured, false)
}

function hueOf(red: number, green: number, blue: number, largest: number, chroma: number): number {
  if (largest === red) return ((green - blue) / chroma + 6) % 6
  return largest === green ? (blue - red) / chroma + 2 : (red - green) / chroma + 4
}

function spread(histogram: number[], start: number, bins: number, at: number, weight: number, around: boolean): void {
  const lower = Math.floor(at)
  const share = at - lower
  const index = (bin: number) => start + (around ? bin % bins : Math.min(bins - 1, bin))
  histogram[index(lower)] = (histogram[index(lower)] as number) + weight * (1 - share)
  histogram[index(lower + 1)] = (histogram[index(lower + 1)] as number) + weight * share
}
