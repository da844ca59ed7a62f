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
  readonly mask: Uint8Array
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

/** A sprite at another size and place, bilinear: `scale` around its anchor (pixel coordinates in the sprite's frame). */
export function rescale(
  sprite: Sprite,
  anchor: readonly [number, number],
  scale: number,
  to: readonly [number, number],
  depth: number,
): Sprite {
  const place = (x: number, y: number) => [to[0] + (x - anchor[0]) * scale, to[1] + (y - anchor[1]) * scale] as const
  const [fx, fy] = place(sprite.x, sprite.y)
  const x = Math.floor(fx)
  const y = Math.floor(fy)
  const width = Math.ceil(sprite.width * scale) + 1
  const height = Math.ceil(sprite.height * scale) + 1
  const pixels = new Uint8ClampedArray(width * height * 4)
  const mask = new Uint8Array(width * height)
  const from = sprite.pixels
  const step = 1 / scale
  const limitX = sprite.width - 1.001
  const limitY = sprite.height - 1.001
  for (let row = 0; row < height; row++) {
    const v = Math.min(limitY, Math.max(0, (row + y - fy + 0.5) * step - 0.5))
    const iv = v | 0
    const wv = v - iv
    for (let column = 0; column < width; column++) {
      const u = Math.min(limitX, Math.max(0, (column + x - fx + 0.5) * step - 0.5))
      const iu = u | 0
      const wu = u - iu
      const a = (iv * sprite.width + iu) * 4
      const c = a + sprite.width * 4
      const out = (row * width + column) * 4
      for (let k = 0; k < 4; k++) {
        const upper = (from[a + k] as number) * (1 - wu) + (from[a + 4 + k] as number) * wu
        const lower = (from[c + k] as number) * (1 - wu) + (from[c + 4 + k] as number) * wu
        pixels[out + k] = upper * (1 - wv) + lower * wv
      }
      mask[row * width + column] = sprite.mask[
        ((wv > 0.5 ? iv + 1 : iv) * sprite.width + (wu > 0.5 ? iu + 1 : iu)) | 0
      ] as number
    }
  }
  const [x1, y1] = place(sprite.box[0], sprite.box[1])
  const [x2, y2] = place(sprite.box[2], sprite.box[3])
  return { x, y, width, height, pixels, mask, depth, box: [x1, y1, x2, y2] }
}
