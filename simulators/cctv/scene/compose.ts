// Lays road users over an empty street, the farthest first, and says exactly where each of them is and how much of it shows.
import type { Background } from './background.ts'
import type { ObjectClass, RoadUser } from './objects/catalogue.ts'
import { drawSprite, type Sprite } from './sprite.ts'

export interface Truth {
  readonly objectClass: ObjectClass
  readonly user: RoadUser
  /** x1 y1 x2 y2 in pixels, cut to the frame */
  readonly box: readonly [number, number, number, number]
  /** share of the object's pixels in the frame that nothing hides */
  readonly visible: number
  /** share of its box inside the frame */
  readonly inside: number
}

/** Draws into `frame` (RGBA, already holding the background), the farthest object first. */
export function layOver(
  frame: Uint8ClampedArray,
  background: Background,
  size: { width: number; height: number },
  sprites: readonly Sprite[],
): void {
  for (const sprite of [...sprites].sort((a, b) => b.depth - a.depth))
    drawSprite(frame, size.width, size.height, sprite, background.occluders)
}

/** Draws as `layOver` does, and says where each object is; of more than 255 objects only the nearest are drawn. */
export function compose(
  frame: Uint8ClampedArray,
  background: Background,
  size: { width: number; height: number },
  objects: readonly { user: RoadUser; sprite: Sprite }[],
): Truth[] {
  const { width, height } = size
  const sorted = [...objects].sort((a, b) => b.sprite.depth - a.sprite.depth).slice(-255)
  const owners = new Uint8Array(width * height)
  for (const [index, { sprite }] of sorted.entries())
    drawSprite(frame, width, height, sprite, background.occluders, owners, index + 1)
  const shown = new Uint32Array(sorted.length + 1)
  for (const owner of owners) shown[owner] = (shown[owner] as number) + 1
  return sorted.flatMap(({ user, sprite }, index) => {
    const [x1, y1, x2, y2] = sprite.box
    const box = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)] as const
    if (box[2] <= box[0] || box[3] <= box[1]) return []
    const total = countInFrame(sprite, width, height)
    if (total === 0) return []
    const inside = ((box[2] - box[0]) * (box[3] - box[1])) / ((x2 - x1) * (y2 - y1))
    return [{ objectClass: user.objectClass, user, box, visible: (shown[index + 1] as number) / total, inside }]
  })
}

function countInFrame(sprite: Sprite, width: number, height: number): number {
  let total = 0
  for (let y = Math.max(0, -sprite.y); y < sprite.height && y + sprite.y < height; y++)
    for (let x = Math.max(0, -sprite.x); x < sprite.width && x + sprite.x < width; x++)
      total += sprite.mask[y * sprite.width + x] as number
  return total
}
