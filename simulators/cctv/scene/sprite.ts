// A drawn object: premultiplied RGBA with its soft shadow and the glow of its lamps, where it lies in the frame, and its exact box.

export interface Sprite {
  /** left top pixel in the frame; may lie outside */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** premultiplied; alpha 0 with colour adds light (glow) */
  readonly pixels: Uint8ClampedArray
  /** 1 where the object itself is, 0 for shadow and glow */
  readonly mask: Uint8Array | Uint8ClampedArray
  /** distance along the optical axis in metres */
  readonly depth: number
  /** x1 y1 x2 y2 in pixels of the frame, not clipped: the object without shadow and glow */
  readonly box: readonly [number, number, number, number]
}

/** Static things before which nothing is drawn that is farther away: depth per pixel, Infinity where free. */
export type Occluders = Float32Array

/**
 * Lays a sprite over an RGBA frame, hidden where an occluder is nearer. `owners` (optional) gets `owner` at every pixel of the object,
 * so that the visible share of each object can be counted.
 */
export function drawSprite(
  frame: Uint8ClampedArray,
  frameWidth: number,
  frameHeight: number,
  sprite: Sprite,
  occluders?: Occluders,
  owners?: Uint8Array,
  owner = 0,
): void {
  const left = Math.max(0, sprite.x)
  const right = Math.min(frameWidth, sprite.x + sprite.width)
  const top = Math.max(0, sprite.y)
  const bottom = Math.min(frameHeight, sprite.y + sprite.height)
  const { pixels, mask, depth } = sprite
  for (let y = top; y < bottom; y++) {
    let target = y * frameWidth + left
    let source = (y - sprite.y) * sprite.width + (left - sprite.x)
    for (let x = left; x < right; x++, target++, source++) {
      const s = source * 4
      const alpha = pixels[s + 3] as number
      if (alpha === 0 && pixels[s] === 0 && pixels[s + 1] === 0) continue
      if (occluders && (occluders[target] as number) < depth) continue
      const t = target * 4
      const keep = 256 - alpha - (alpha >> 7)
      frame[t] = (pixels[s] as number) + (((frame[t] as number) * keep) >> 8)
      frame[t + 1] = (pixels[s + 1] as number) + (((frame[t + 1] as number) * keep) >> 8)
      frame[t + 2] = (pixels[s + 2] as number) + (((frame[t + 2] as number) * keep) >> 8)
      if (owners && mask[source]) owners[target] = owner
    }
  }
}

/** Columns of the target as places in the source, reused from call to call. */
let columnAt = new Int32Array(1024)
let columnShare = new Int32Array(1024)

/** Gives zeroed bytes; where sprites live for one frame only, from memory that is used again. */
export type Allocate = (bytes: number) => Uint8ClampedArray

/**
 * A sprite at another size and place, bilinear in whole numbers: `scale` around its anchor (pixel coordinates in the sprite's frame).
 * Only what lies inside a frame of the given size is made.
 */
export function rescale(
  sprite: Sprite,
  anchor: readonly [number, number],
  scale: number,
  to: readonly [number, number],
  depth: number,
  frame: { readonly width: number; readonly height: number },
  allocate: Allocate = (bytes) => new Uint8ClampedArray(bytes),
): Sprite {
  const placeX = (x: number) => to[0] + (x - anchor[0]) * scale
  const placeY = (y: number) => to[1] + (y - anchor[1]) * scale
  const fx = placeX(sprite.x)
  const fy = placeY(sprite.y)
  const x = Math.max(0, Math.floor(fx))
  const y = Math.max(0, Math.floor(fy))
  const width = Math.max(0, Math.min(frame.width, Math.ceil(fx + sprite.width * scale)) - x)
  const height = Math.max(0, Math.min(frame.height, Math.ceil(fy + sprite.height * scale)) - y)
  const box = [placeX(sprite.box[0]), placeY(sprite.box[1]), placeX(sprite.box[2]), placeY(sprite.box[3])] as const
  const pixels = allocate(width * height * 4)
  const mask = allocate(width * height)
  const from = sprite.pixels
  const stride = sprite.width * 4
  const step = 1 / scale
  if (columnAt.length < width) {
    columnAt = new Int32Array(width)
    columnShare = new Int32Array(width)
  }
  for (let column = 0; column < width; column++) {
    const u = Math.min(sprite.width - 1.001, Math.max(0, (column + x - fx + 0.5) * step - 0.5))
    columnAt[column] = u | 0
    columnShare[column] = (u - (u | 0)) * 256
  }
  for (let row = 0; row < height; row++) {
    const v = Math.min(sprite.height - 1.001, Math.max(0, (row + y - fy + 0.5) * step - 0.5))
    const iv = v | 0
    const wv = ((v - iv) * 256) | 0
    for (let column = 0; column < width; column++) {
      const iu = columnAt[column] as number
      const a = iv * stride + iu * 4
      const c = a + stride
      if (
        ((from[a + 3] as number) |
          (from[c + 3] as number) |
          (from[a + 7] as number) |
          (from[c + 7] as number) |
          (from[a] as number)) ===
        0
      )
        continue
      const wu = columnShare[column] as number
      const lowerRight = (wu * wv) >> 8
      const lowerLeft = wv - lowerRight
      const upperRight = wu - lowerRight
      const upperLeft = 256 - wu - lowerLeft
      const out = (row * width + column) * 4
      for (let k = 0; k < 4; k++)
        pixels[out + k] =
          ((from[a + k] as number) * upperLeft +
            (from[a + 4 + k] as number) * upperRight +
            (from[c + k] as number) * lowerLeft +
            (from[c + 4 + k] as number) * lowerRight) >>
          8
      mask[row * width + column] = sprite.mask[
        (wv > 128 ? iv + 1 : iv) * sprite.width + (wu > 128 ? iu + 1 : iu)
      ] as number
    }
  }
  return { x, y, width, height, pixels, mask, depth, box }
}

/** The same sprite without its empty rim. */
export function trim(sprite: Sprite): Sprite {
  let [left, top, right, bottom] = [sprite.width, sprite.height, 0, 0]
  for (let y = 0; y < sprite.height; y++)
    for (let x = 0; x < sprite.width; x++) {
      const at = (y * sprite.width + x) * 4
      if (!(sprite.pixels[at + 3] || sprite.pixels[at])) continue
      left = Math.min(left, x)
      right = Math.max(right, x + 1)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y + 1)
    }
  const width = Math.max(2, right - left)
  const height = Math.max(2, bottom - top)
  if (left + width > sprite.width || top + height > sprite.height) return sprite
  const pixels = new Uint8ClampedArray(width * height * 4)
  const mask = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const from = (y + top) * sprite.width + left
    pixels.set(sprite.pixels.subarray(from * 4, (from + width) * 4), y * width * 4)
    mask.set(sprite.mask.subarray(from, from + width), y * width)
  }
  return { ...sprite, x: sprite.x + left, y: sprite.y + top, width, height, pixels, mask }
}
