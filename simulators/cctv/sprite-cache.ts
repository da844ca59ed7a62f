// Drawn vehicles are kept: one picture per look and rough place, moved and scaled to the exact place. A new picture costs milliseconds, a kept one tenths.

import { createRandom } from '../random.ts'
import type { Light } from './scene/light.ts'
import { createRoadUser, type RoadUser, type RoadUserKind } from './scene/objects/catalogue.ts'
import { type Pose, renderSprite } from './scene/rasterise.ts'
import { type Allocate, rescale, type Sprite, trim } from './scene/sprite.ts'
import type { Street } from './scene/street.ts'
import { project, type View } from './scene/view.ts'
import type { Actor } from './traffic.ts'

export interface SpriteCache {
  /** Begins a frame: what `draw` gave for the last one may be overwritten. */
  begin(): void
  /** The actor as the camera sees it, or undefined where it does not. */
  draw(actor: Actor): { user: RoadUser; sprite: Sprite } | undefined
  /** bytes of pictures that are kept */
  readonly bytes: number
}

/** Steps of place: across in metres, along as a ratio of depths, and of heading in radians. */
const steps = { across: 0.4, depth: Math.log(1.1), heading: (5 * Math.PI) / 180 }

export function createSpriteCache(
  stage: { street: Street; view: View; light: Light },
  seed: number,
  limitBytes = 16 * 1024 * 1024,
): SpriteCache {
  const { street, view, light } = stage
  const users = new Map<string, RoadUser>()
  /** in order of last use; undefined: drawn, and not to be seen from here */
  const kept = new Map<string, Sprite | undefined>()
  const still = new Map<number, { place: string; sprite: Sprite }>()
  let bytes = 0
  const arena = createArena()

  const userOf = (kind: RoadUserKind, look: number): RoadUser => {
    const key = `${kind}/${look}`
    let user = users.get(key)
    if (!user) {
      const stride = kind === 'pedestrian' ? look >> 1 : look
      user = createRoadUser(kind, createRandom(seed).fork(`${kind}/${stride}`), look % 2 === 0 ? 0.9 : -0.9)
      users.set(key, user)
    }
    return user
  }

  const near = (key: string, user: RoadUser, pose: Pose): Sprite | undefined => {
    if (kept.has(key)) {
      const sprite = kept.get(key)
      kept.delete(key)
      kept.set(key, sprite)
      return sprite
    }
    const drawn = renderSprite(user.mesh, pose, view, light, {
      sunlit: street.lit(light, pose.x, pose.y, 0.6),
      beyond: 60,
    })
    const sprite = drawn && trim(drawn)
    kept.set(key, sprite)
    bytes += sizeOf(sprite)
    for (const [oldest, old] of kept) {
      if (bytes <= limitBytes || oldest === key) break
      kept.delete(oldest)
      bytes -= sizeOf(old)
    }
    return sprite
  }

  return {
    get bytes() {
      return bytes
    },
    begin() {
      arena.reset()
    },
    draw(actor) {
      const at = project(view, actor.x, actor.y, 0)
      if (at.depth < 3 || at.x < -400 || at.x > view.width + 400 || at.y > view.height + 300) return undefined
      const user = userOf(actor.kind, actor.look)
      const place = `${actor.x.toFixed(2)} ${actor.y.toFixed(2)} ${actor.heading.toFixed(2)} ${actor.look}`
      const same = still.get(actor.id)
      if (same?.place === place) return { user, sprite: same.sprite }
      // the place that is drawn: on the grid of across and depth
      const level = Math.round(Math.log(at.depth) / steps.depth)
      const across = Math.round(actor.x / steps.across)
      const turn = Math.round(actor.heading / steps.heading)
      const x = across * steps.across
      const depth = Math.exp(level * steps.depth)
      const pose: Pose = { x, y: yAtDepth(view, x, depth), heading: turn * steps.heading }
      const sprite = near(`${actor.kind}/${actor.look}/${across}/${level}/${turn}`, user, pose)
      if (!sprite) return undefined
      const anchor = project(view, pose.x, pose.y, 0)
      const moved = rescale(
        sprite,
        [anchor.x, anchor.y],
        anchor.depth / at.depth,
        [at.x, at.y],
        at.depth,
        view,
        actor.speed === 0 ? undefined : arena.allocate,
      )
      if (actor.speed === 0) still.set(actor.id, { place, sprite: moved })
      else still.delete(actor.id)
      return { user, sprite: moved }
    },
  }
}

/** The y of the ground point at x whose depth is given. */
function yAtDepth(view: View, x: number, depth: number): number {
  const [cx, cy, cz] = view.position
  const [fx, fy, fz] = view.forward
  return cy + (depth - (x - cx) * fx + cz * fz) / fy
}

function sizeOf(sprite: Sprite | undefined): number {
  return sprite ? sprite.pixels.length * 1.25 : 64
}

/** Memory for the sprites of one frame, used again for the next: without it every frame leaves megabytes to the garbage collector. */
function createArena(): { allocate: Allocate; reset(): void } {
  let block = new Uint8ClampedArray(1024 * 1024)
  let used = 0
  return {
    allocate(bytes) {
      if (used + bytes > block.length) {
        // what was handed out keeps the old block alive until the frame is over
        block = new Uint8ClampedArray(Math.max(block.length * 2, bytes))
        used = 0
      }
      const part = block.subarray(used, used + bytes)
      used += bytes
      return part.fill(0)
    },
    reset() {
      used = 0
    },
  }
}
