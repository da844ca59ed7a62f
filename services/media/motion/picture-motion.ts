// Does something move in what a camera shows? Small grey pictures, a moment apart: what differs by more than light and more than is usual at its place. Pure.
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { GreyPicture } from '../view-health/picture-measures.ts'

export interface MotionState {
  readonly before: GreyPicture | undefined
  /** of each square: the running mean of squares of the most that one of its pixels differs from one picture to the next; leaves, water, a clock */
  readonly usual: Float32Array
}

export type MotionRules = Pick<MediaConfig['motion'], 'greyLevels' | 'spread' | 'pixels'>

export const freshMotion: MotionState = { before: undefined, usual: new Float32Array(0) }

/** Pixels across and down the square in which enough must have changed. */
const square = 4
/** The share of a difference that goes into what is usual: half of it is forgotten after 44 pictures. */
const learning = 1 / 64
/** Grey levels: more than this is motion however usual it is, such as vehicles on a busy road. */
const mostAllowed = 48
/** A picture of which more than this has changed, after the change of its light, is another view or another exposure, and says nothing. */
const mostChanged = 0.7

/** `ignored`: 1 where a pixel does not count. The first picture, and one of another size, is never motion. */
export function judgeMotion(
  { before, usual }: MotionState,
  picture: GreyPicture,
  { greyLevels, spread, pixels }: MotionRules,
  ignored?: Uint8Array,
): { readonly state: MotionState; readonly moves: boolean } {
  const { width, height, grey } = picture
  if (before?.width !== width || before.height !== height)
    return {
      state: { before: picture, usual: new Float32Array(Math.ceil(width / square) * Math.ceil(height / square)) },
      moves: false,
    }
  const light = medianDifference(before.grey, grey)
  const { least, most } = around(before)
  const across = Math.ceil(width / square)
  const largest = new Float32Array(usual.length)
  const changed = new Uint8Array(grey.length)
  let count = 0
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const value = (grey[at] ?? 0) - light
      const difference = Math.max(0, value - (most[at] ?? 0), (least[at] ?? 0) - value)
      const place = Math.floor(y / square) * across + Math.floor(x / square)
      if (difference > (largest[place] ?? 0)) largest[place] = difference
      const allowed = Math.max(greyLevels, Math.min(mostAllowed, spread * Math.sqrt(usual[place] ?? 0)))
      if (difference <= allowed || ignored?.[at] === 1) continue
      changed[at] = 1
      count++
    }
  }
  const learnt = usual.map((value, place) => value + ((largest[place] ?? 0) ** 2 - value) * learning)
  const moves = count <= mostChanged * grey.length && hasCluster(changed, width, height, pixels)
  return { state: { before: picture, usual: learnt }, moves }
}

/** The darkest and the brightest of each pixel and its eight neighbours: an edge that shakes by a pixel, on a pole in the wind, stays between them. */
function around({ width, height, grey }: GreyPicture): { least: Uint8Array; most: Uint8Array } {
  const [least, most] = [new Uint8Array(grey.length), new Uint8Array(grey.length)]
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - 1), Math.min(height - 1, y + 1)]
    for (let x = 0; x < width; x++) {
      let [low, high] = [255, 0]
      for (let row = top; row <= bottom; row++)
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const value = grey[row * width + column] ?? 0
          if (value < low) low = value
          if (value > high) high = value
        }
      least[y * width + x] = low
      most[y * width + x] = high
    }
  }
  return { least, most }
}

/** Enough changed pixels in one square, wherever it lies: squares overlap by half. */
function hasCluster(changed: Uint8Array, width: number, height: number, enough: number): boolean {
  for (let top = 0; top + square <= height; top += square / 2) {
    for (let left = 0; left + square <= width; left += square / 2) {
      let count = 0
      for (let y = top; y < top + square; y++)
        for (let x = left; x < left + square; x++) count += changed[y * width + x] ?? 0
      if (count >= enough) return true
    }
  }
  return false
}

/** What most pixels differ by: a cloud, a lamp, the camera's exposure. */
function medianDifference(before: Uint8Array, grey: Uint8Array): number {
  const counts = new Uint16Array(511)
  for (let at = 0; at < grey.length; at++) {
    const index = (grey[at] ?? 0) - (before[at] ?? 0) + 255
    counts[index] = (counts[index] ?? 0) + 1
  }
  let seen = 0
  for (let index = 0; index < counts.length; index++) {
    seen += counts[index] ?? 0
    if (2 * seen >= grey.length) return index - 255
  }
  return 0
}
