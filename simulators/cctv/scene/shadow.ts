// What an object does to its surroundings: the shadow that it casts on the ground, and the glow of its lamps in the dark.
import type { Light } from './light.ts'
import type { Mesh } from './mesh.ts'
import type { Pose } from './rasterise.ts'
import { project, type View } from './view.ts'

interface Target {
  readonly mesh: Mesh
  readonly pose: Pose
  readonly light: Light
  /** writes screen x, y, 1/depth of a model point; false behind the camera */
  readonly place: (x: number, y: number, z: number, into: Float32Array, at: number) => boolean
  readonly pixels: Uint8ClampedArray
  readonly x0: number
  readonly y0: number
  readonly width: number
  readonly height: number
}

/** Only what is lower than this darkens the ground right under it, in metres. */
const nearGround = 1.3

/** A hard shadow away from the sun where there is one, and always the soft dark under the body. */
export function castShadow(target: Target & { readonly sunlit: number }): void {
  const { pose, light, sunlit, pixels, width, height } = target
  if ((pose.z ?? 0) > 0.2) return
  const cos = Math.cos(pose.heading)
  const sin = Math.sin(pose.heading)
  const [sx, sy, sz] = light.sun
  const { cast, below } = shadowBuffers(width * height)
  if (light.shadow > 0 && sunlit > 0.2) {
    // the sun's direction in model space, per metre of height
    const alongX = -(cos * sx + sin * sy) / sz
    const alongY = -(-sin * sx + cos * sy) / sz
    silhouette(target, alongX, alongY, 1, cast, light.shadow * sunlit)
    soften(cast, width, height, 1)
  }
  silhouette(target, 0, 0, 1.02, below, 1, nearGround)
  const radius = Math.max(1, Math.round(width / 40))
  soften(below, width, height, radius)
  soften(below, width, height, radius)
  const depth = light.kind === 'night' ? 0.6 : 0.62
  for (let i = 0; i < width * height; i++) {
    const dark = 1 - (1 - (cast[i] as number)) * (1 - depth * (below[i] as number))
    if (dark > 0.01) pixels[4 * i + 3] = 255 * dark
  }
}

let buffers = { cast: new Float32Array(0), below: new Float32Array(0) }

/** Cleared masks, reused from call to call. */
function shadowBuffers(count: number): { cast: Float32Array; below: Float32Array } {
  if (buffers.cast.length < count) buffers = { cast: new Float32Array(count), below: new Float32Array(count) }
  buffers.cast.fill(0, 0, count)
  buffers.below.fill(0, 0, count)
  return buffers
}

/** Fills the ground shape of the mesh, sheared by its height, into a mask. */
function silhouette(
  target: Target,
  alongX: number,
  alongY: number,
  grow: number,
  mask: Float32Array,
  value: number,
  ceiling = Number.POSITIVE_INFINITY,
): void {
  const { mesh, place, x0, y0, width, height } = target
  const { positions, triangles } = mesh
  const count = positions.length / 3
  const screen = new Float32Array(count * 3)
  for (let v = 0; v < count; v++) {
    const i = 3 * v
    const z = Math.max(0, positions[i + 2] as number)
    if (
      !place(
        (positions[i] as number) * grow + alongX * z,
        (positions[i + 1] as number) * grow + alongY * z,
        0,
        screen,
        i,
      )
    )
      return
  }
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 3 * (triangles[t] as number)
    const b = 3 * (triangles[t + 1] as number)
    const c = 3 * (triangles[t + 2] as number)
    if (Math.min(positions[a + 2] as number, positions[b + 2] as number, positions[c + 2] as number) > ceiling) continue
    const ax = (screen[a] as number) - x0
    const ay = (screen[a + 1] as number) - y0
    const bx = (screen[b] as number) - x0
    const by = (screen[b + 1] as number) - y0
    const dx = (screen[c] as number) - x0
    const dy = (screen[c + 1] as number) - y0
    const area = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
    if (Math.abs(area) < 1e-3) continue
    const inverse = 1 / area
    const maxX = Math.min(width - 1, Math.max(ax, bx, dx) | 0)
    const maxY = Math.min(height - 1, Math.max(ay, by, dy) | 0)
    for (let y = Math.max(0, Math.min(ay, by, dy) | 0); y <= maxY; y++) {
      for (let x = Math.max(0, Math.min(ax, bx, dx) | 0); x <= maxX; x++) {
        const wb = ((x + 0.5 - ax) * (dy - ay) - (y + 0.5 - ay) * (dx - ax)) * inverse
        const wc = ((bx - ax) * (y + 0.5 - ay) - (by - ay) * (x + 0.5 - ax)) * inverse
        if (wb >= 0 && wc >= 0 && wb + wc <= 1) mask[y * width + x] = value
      }
    }
  }
}

/** A box blur in both directions. */
function soften(mask: Float32Array, width: number, height: number, radius: number): void {
  const line = new Float32Array(Math.max(width, height))
  const run = (start: number, step: number, length: number) => {
    let sum = 0
    for (let i = -radius; i < length; i++) {
      const enters = i + radius
      const leaves = i - radius - 1
      if (enters < length) sum += mask[start + enters * step] as number
      if (leaves >= 0) sum -= mask[start + leaves * step] as number
      if (i >= 0) line[i] = sum / (2 * radius + 1)
    }
    for (let i = 0; i < length; i++) mask[start + i * step] = line[i] as number
  }
  for (let y = 0; y < height; y++) run(y * width, 1, width)
  for (let x = 0; x < width; x++) run(x, width, height)
}

/** Light of head and tail lamps: a halo towards the camera and, ahead, a pool on the ground. */
export function addGlow(target: Target & { readonly view: View }): void {
  const { mesh, pose, light, view, pixels, x0, y0, width, height, place } = target
  const at = new Float32Array(3)
  const strength = light.kind === 'night' ? 1 : 0.45
  const add = (cx: number, cy: number, rx: number, ry: number, colour: readonly number[], amount: number) => {
    for (let y = Math.max(0, Math.floor(cy - ry)); y < Math.min(height, cy + ry); y++) {
      for (let x = Math.max(0, Math.floor(cx - rx)); x < Math.min(width, cx + rx); x++) {
        const d = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2
        if (d >= 1) continue
        const fall = amount * (1 - d) ** 3
        const i = (y * width + x) * 4
        for (let k = 0; k < 3; k++) pixels[i + k] = (pixels[i + k] as number) + fall * (colour[k] as number)
      }
    }
  }
  for (const lamp of mesh.lamps) {
    if (!place(...lamp.at, at, 0)) continue
    const toCamera = Math.atan2(view.position[1] - pose.y, view.position[0] - pose.x) - pose.heading
    const facing = lamp.ahead === 0 ? 1 : Math.cos(toCamera) * lamp.ahead
    const perMetre = view.focal * (at[2] as number)
    if (facing > 0.05) {
      const radius = Math.max(1.5, lamp.size * perMetre * (0.9 + 1.3 * facing * strength))
      add((at[0] as number) - x0, (at[1] as number) - y0, radius, radius, lamp.colour, 230 * facing * strength)
    }
    if (lamp.ahead > 0 && place(lamp.at[0] + 2.6, lamp.at[1], 0, at, 0)) {
      const pool = project(view, pose.x, pose.y, 0)
      const flat = Math.max(0.25, view.position[2] / Math.max(4, pool.depth))
      add(
        (at[0] as number) - x0,
        (at[1] as number) - y0,
        2.4 * perMetre,
        2.4 * perMetre * flat,
        lamp.colour,
        46 * strength,
      )
    }
  }
}
