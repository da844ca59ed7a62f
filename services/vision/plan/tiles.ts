// The tiles of a frame: overlapping regions of equal size that cover it. Doubles at the seams are merged where all cuts are (detection/to-frame.ts).
import type { Tiles } from '../../contracts/config/tiles.ts'
import type { PictureBox } from '../../contracts/geometry.ts'

const wholeFrame: PictureBox = [0, 0, 1, 1]

/** Line by line; the whole frame last, if it is asked for and no tile is it already. */
export function tileRegions({ columns, rows, overlap, whole }: Tiles): PictureBox[] {
  const across = spans(columns, overlap)
  const down = spans(rows, overlap)
  const tiles = down.flatMap(([top, bottom]) => across.map(([left, right]): PictureBox => [left, top, right, bottom]))
  return whole && tiles.length > 1 ? [...tiles, [...wholeFrame]] : tiles
}

/** `count` spans of equal length over 0..1, neighbours sharing `overlap` of their length. */
function spans(count: number, overlap: number): [number, number][] {
  const length = 1 / (count - (count - 1) * overlap)
  const step = length * (1 - overlap)
  return Array.from({ length: count }, (_, index) => [round(index * step), round(index * step + length)])
}

const round = (value: number): number => Math.min(1, Math.round(value * 10_000) / 10_000)
