// Privacy masks, polygons in fractions of the picture, as rows that cover them: for pixels and for FFmpeg's boxes. What is touched is covered. Pure.
import type { PictureBox, PicturePolygon } from '../../contracts/geometry.ts'

/** Boxes that together cover the masks, from `rows` rows of the picture; rows with the same extent are one box. */
export function maskBoxes(masks: readonly PicturePolygon[], rows: number): PictureBox[] {
  return masks.flatMap((mask) => {
    const boxes: PictureBox[] = []
    for (let row = 0; row < rows; row++) {
      const [top, bottom] = [row / rows, (row + 1) / rows]
      for (const [left, right] of extents(mask, top, bottom)) {
        const above = boxes.findLast((box) => box[0] === left && box[2] === right && box[3] === top)
        if (above) above[3] = bottom
        else boxes.push([left, top, right, bottom])
      }
    }
    return boxes
  })
}

/** Fills the masks with black in RGB pixels, in place. */
export function maskPixels(
  pixels: { readonly width: number; readonly height: number; readonly rgb: Uint8Array },
  masks: readonly PicturePolygon[],
): void {
  const { width, height, rgb } = pixels
  for (const mask of masks) {
    const ys = mask.map(([, y]) => y)
    const last = Math.min(height - 1, Math.ceil(Math.max(...ys) * height))
    for (let y = Math.max(0, Math.floor(Math.min(...ys) * height)); y <= last; y++)
      for (const [left, right] of extents(mask, y / height, (y + 1) / height)) {
        const from = Math.max(0, Math.floor(left * width))
        const to = Math.min(width, Math.ceil(right * width))
        rgb.fill(0, (y * width + from) * 3, (y * width + to) * 3)
      }
  }
}

/** The parts of a row, from top to bottom, in which any point belongs to the polygon (even-odd), as [left, right]; together they cover it. */
function extents(polygon: PicturePolygon, top: number, bottom: number): [number, number][] {
  const edges = polygon.map((point, index) => [point, polygon[(index + 1) % polygon.length] ?? point] as const)
  // between the heights of its corners and of this row's borders an outline has no bend: looked at there, and united, nothing is missed
  const bends = polygon.map(([, y]) => y).filter((y) => y > top && y < bottom)
  const levels = [top, ...bends.sort((a, b) => a - b), bottom]
  const spans: [number, number][] = []
  for (let n = 0; n + 1 < levels.length; n++) {
    const [high, low] = [levels[n] ?? top, levels[n + 1] ?? bottom]
    if (low <= high) continue
    const middle = (high + low) / 2
    const crossing = edges
      .filter(([a, b]) => a[1] > middle !== b[1] > middle)
      .map(([a, b]) => {
        const at = (y: number) => a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0])
        return { middle: at(middle), least: Math.min(at(high), at(low)), most: Math.max(at(high), at(low)) }
      })
      .sort((one, other) => one.middle - other.middle)
    for (let pair = 0; pair + 1 < crossing.length; pair += 2)
      spans.push([crossing[pair]?.least ?? 0, crossing[pair + 1]?.most ?? 1])
  }
  return united(spans)
}

function united(spans: readonly [number, number][]): [number, number][] {
  const result: [number, number][] = []
  for (const [left, right] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last && left <= last[1]) last[1] = Math.max(last[1], right)
    else result.push([left, right])
  }
  return result
}
