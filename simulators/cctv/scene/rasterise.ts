// Draws one mesh as the camera sees it: hidden surfaces by depth, then every visible sample painted and lit (sun, sky, mirrored street).

import { rasterise, sampleBuffers } from './depth-buffer.ts'
import { expose, type Light } from './light.ts'
import type { Mesh, Surface } from './mesh.ts'
import { addGlow, castShadow } from './shadow.ts'
import type { Sprite } from './sprite.ts'
import type { View } from './view.ts'

export interface Pose {
  readonly x: number
  readonly y: number
  readonly z?: number
  /** radians from the x axis of the world, counter-clockwise from above */
  readonly heading: number
  readonly scale?: number
}

export interface RenderOptions {
  /** samples per pixel along each axis */
  readonly samples?: number
  /** lights each triangle once a pixel instead of once a sample: several times faster, edges of paint less smooth */
  readonly quick?: boolean
  /** 1: the sun reaches it, 0: in the shade of a house */
  readonly sunlit?: number
  /** pixels around the frame that are drawn as well; default none */
  readonly beyond?: number
}

/** The sprite of a mesh at a pose, or undefined where the camera cannot see it (behind it, outside the frame, smaller than 2 pixels). */
export function renderSprite(
  mesh: Mesh,
  pose: Pose,
  view: View,
  light: Light,
  options: RenderOptions = {},
): Sprite | undefined {
  const { samples = 2, sunlit = 1, beyond = 0, quick = false } = options
  const count = mesh.positions.length / 3
  const screen = new Float32Array(count * 3)
  const scale = pose.scale ?? 1
  const cos = Math.cos(pose.heading) * scale
  const sin = Math.sin(pose.heading) * scale
  const [cx, cy, cz] = view.position
  const { right, down, forward, focal } = view
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  const place = (x: number, y: number, z: number, into: Float32Array, at: number): boolean => {
    const wx = pose.x + cos * x - sin * y - cx
    const wy = pose.y + sin * x + cos * y - cy
    const wz = (pose.z ?? 0) + z * scale - cz
    const depth = wx * forward[0] + wy * forward[1] + wz * forward[2]
    if (depth < 0.5) return false
    into[at] = view.width / 2 + (focal * (wx * right[0] + wy * right[1] + wz * right[2])) / depth
    into[at + 1] = view.height / 2 + (focal * (wx * down[0] + wy * down[1] + wz * down[2])) / depth
    into[at + 2] = 1 / depth
    return true
  }
  for (let v = 0; v < count; v++) {
    const i = 3 * v
    const positions = mesh.positions
    if (!place(positions[i] as number, positions[i + 1] as number, positions[i + 2] as number, screen, i))
      return undefined
    box[0] = Math.min(box[0], screen[i] as number)
    box[1] = Math.min(box[1], screen[i + 1] as number)
    box[2] = Math.max(box[2], screen[i] as number)
    box[3] = Math.max(box[3], screen[i + 1] as number)
  }
  const size = Math.max(box[2] - box[0], box[3] - box[1])
  const limit = { left: -beyond, top: -beyond, right: view.width + beyond, bottom: view.height + beyond }
  if (size < 2 || box[2] < limit.left || box[3] < limit.top || box[0] > limit.right || box[1] > limit.bottom)
    return undefined
  const margin = Math.ceil(size * (light.lamps && mesh.lamps.length > 0 ? 0.9 : light.shadow > 0 ? 0.45 : 0.2)) + 3
  const x0 = Math.max(limit.left, Math.floor(box[0]) - margin)
  const y0 = Math.max(limit.top, Math.floor(box[1]) - margin)
  const width = Math.min(limit.right, Math.ceil(box[2]) + margin) - x0
  const height = Math.min(limit.bottom, Math.ceil(box[3]) + margin) - y0
  if (width <= 0 || height <= 0) return undefined

  const pixels = new Uint8ClampedArray(width * height * 4)
  const mask = new Uint8Array(width * height)
  castShadow({ mesh, pose, light, sunlit, place, pixels, x0, y0, width, height })

  // samples are needed where the object itself is, not where only its shadow lies
  const left = Math.max(x0, Math.floor(box[0]))
  const top = Math.max(y0, Math.floor(box[1]))
  const w = Math.max(0, Math.min(x0 + width, Math.ceil(box[2]) + 1) - left) * samples
  const h = Math.max(0, Math.min(y0 + height, Math.ceil(box[3]) + 1) - top) * samples
  const { nearest, owner } = sampleBuffers(w * h)
  rasterise(mesh.triangles, screen, samples, left, top, w, h, nearest, owner)
  const area = { x0: left, y0: top, w, h, samples, offset: (top - y0) * width + (left - x0), stride: width }
  shade(mesh, pose, view, light, sunlit, { ...area, screen, owner, nearest, pixels, mask, quick })
  if (light.lamps) addGlow({ mesh, pose, light, view, place, pixels, x0, y0, width, height })
  const centre = 1 / (forward[0] * (pose.x - cx) + forward[1] * (pose.y - cy) + forward[2] * ((pose.z ?? 0) - cz) || 1)
  return { x: x0, y: y0, width, height, pixels, mask, depth: 1 / centre, box }
}

interface ShadeTarget {
  readonly screen: Float32Array
  readonly samples: number
  /** the sampled area: its corner in the frame, its size in samples, where it begins in the sprite and how long a row of the sprite is */
  readonly x0: number
  readonly y0: number
  readonly w: number
  readonly h: number
  readonly offset: number
  readonly stride: number
  readonly owner: Int32Array
  readonly nearest: Float32Array
  readonly pixels: Uint8ClampedArray
  readonly mask: Uint8Array
  readonly quick: boolean
}

const surface: Surface = { red: 0, green: 0, blue: 0, mirror: 0, glow: 0 }

function shade(mesh: Mesh, pose: Pose, view: View, light: Light, sunlit: number, target: ShadeTarget): void {
  const { screen, samples, x0, y0, w, offset, stride, owner, nearest, pixels, mask, quick } = target
  const width = w / samples
  const height = target.h / samples
  const { positions, normals, triangles, parts, paint } = mesh
  const cos = Math.cos(pose.heading)
  const sin = Math.sin(pose.heading)
  const scale = pose.scale ?? 1
  const [cx, cy] = view.position
  const haze = 1 - Math.exp(-Math.sqrt((pose.x - cx) ** 2 + (pose.y - cy) ** 2) * light.hazeDensity)
  const share = 1 / (samples * samples)
  const [sx, sy, sz] = light.sun
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      let hits = 0
      let red = 0
      let green = 0
      let blue = 0
      let last = -1
      let lastRed = 0
      let lastGreen = 0
      let lastBlue = 0
      for (let sub = 0; sub < samples * samples; sub++) {
        const column = px * samples + (sub % samples)
        const row = py * samples + ((sub / samples) | 0)
        const t = owner[row * w + column] as number
        if (t < 0) continue
        hits++
        if (quick && t === last) {
          red += lastRed
          green += lastGreen
          blue += lastBlue
          continue
        }
        const a = 3 * (triangles[t] as number)
        const b = 3 * (triangles[t + 1] as number)
        const c = 3 * (triangles[t + 2] as number)
        const ax = ((screen[a] as number) - x0) * samples
        const ay = ((screen[a + 1] as number) - y0) * samples
        const bx = ((screen[b] as number) - x0) * samples
        const by = ((screen[b + 1] as number) - y0) * samples
        const dx = ((screen[c] as number) - x0) * samples
        const dy = ((screen[c + 1] as number) - y0) * samples
        const inverse = 1 / ((bx - ax) * (dy - ay) - (by - ay) * (dx - ax))
        const qx = column + 0.5
        const qy = row + 0.5
        let wb = ((qx - ax) * (dy - ay) - (qy - ay) * (dx - ax)) * inverse
        let wc = ((bx - ax) * (qy - ay) - (by - ay) * (qx - ax)) * inverse
        let wa = 1 - wb - wc
        const depth = 1 / (nearest[row * w + column] as number)
        wa *= (screen[a + 2] as number) * depth
        wb *= (screen[b + 2] as number) * depth
        wc *= (screen[c + 2] as number) * depth
        const x = wa * (positions[a] as number) + wb * (positions[b] as number) + wc * (positions[c] as number)
        const y =
          wa * (positions[a + 1] as number) + wb * (positions[b + 1] as number) + wc * (positions[c + 1] as number)
        const z =
          wa * (positions[a + 2] as number) + wb * (positions[b + 2] as number) + wc * (positions[c + 2] as number)
        let nx = wa * (normals[a] as number) + wb * (normals[b] as number) + wc * (normals[c] as number)
        let ny = wa * (normals[a + 1] as number) + wb * (normals[b + 1] as number) + wc * (normals[c + 1] as number)
        let nz = wa * (normals[a + 2] as number) + wb * (normals[b + 2] as number) + wc * (normals[c + 2] as number)
        const length = 1 / (Math.sqrt(nx * nx + ny * ny + nz * nz) || 1)
        // to the world, and the direction from the eye
        const wnx = (cos * nx - sin * ny) * length
        const wny = (sin * nx + cos * ny) * length
        const wnz = nz * length
        let vx = pose.x + (cos * x - sin * y) * scale - view.position[0]
        let vy = pose.y + (sin * x + cos * y) * scale - view.position[1]
        let vz = (pose.z ?? 0) + z * scale - view.position[2]
        const distance = Math.sqrt(vx * vx + vy * vy + vz * vz)
        vx /= distance
        vy /= distance
        vz /= distance
        let facing = wnx * vx + wny * vy + wnz * vz
        const flip = facing > 0 ? -1 : 1
        nx = wnx * flip
        ny = wny * flip
        nz = wnz * flip
        facing = -Math.abs(facing)
        surface.mirror = 0
        surface.glow = 0
        paint(
          surface,
          parts[t / 3] as number,
          x,
          y,
          z,
          flip * (cos * wnx + sin * wny),
          flip * (-sin * wnx + cos * wny),
          nz,
        )

        const lambert = Math.max(0, nx * sx + ny * sy + nz * sz) * sunlit
        const up = 0.5 + 0.5 * nz
        const open = Math.min(1, 0.5 + 0.55 * z)
        // mirrored: sky above, a dark band of houses, then the street
        const rx = vx - 2 * facing * nx
        const ry = vy - 2 * facing * ny
        const rz = vz - 2 * facing * nz
        const graze = (1 + facing) * (1 + facing)
        const fresnel =
          surface.mirror + (1 - surface.mirror) * graze * graze * (1 + facing) * (surface.mirror > 0 ? 0.75 : 0.05)
        const toSun = rx * sx + ry * sy + rz * sz
        const spark = surface.mirror > 0 && toSun > 0.93 && sunlit > 0.5 ? ((toSun - 0.93) / 0.07) ** 6 * 5 : 0
        for (let k = 0; k < 3; k++) {
          const sky = light.sky[k] as number
          const horizon = light.horizon[k] as number
          const ground = light.ground[k] as number
          const albedo = k === 0 ? surface.red : k === 1 ? surface.green : surface.blue
          const ambient = (ground + (sky - ground) * up) * open
          const mirrored =
            rz > 0.3
              ? horizon + (sky - horizon) * Math.min(1, (rz - 0.3) * 1.4)
              : rz > 0
                ? horizon * (0.28 + 2.4 * rz)
                : ground * 0.8
          let value = albedo * (ambient + lambert * (light.sunColour[k] as number)) * (1 - fresnel)
          value += mirrored * fresnel + spark * (light.sunColour[k] as number) * 0.4
          value += albedo * surface.glow
          value += ((light.haze[k] as number) - value) * haze
          const byte = expose(value, light.exposure)
          if (k === 0) lastRed = byte
          else if (k === 1) lastGreen = byte
          else lastBlue = byte
        }
        last = t
        red += lastRed
        green += lastGreen
        blue += lastBlue
      }
      if (hits === 0) continue
      const index = offset + py * stride + px
      const at = index * 4
      const cover = hits * share
      // over what the shadow has left there
      pixels[at] = red * share + (pixels[at] as number) * (1 - cover)
      pixels[at + 1] = green * share + (pixels[at + 1] as number) * (1 - cover)
      pixels[at + 2] = blue * share + (pixels[at + 2] as number) * (1 - cover)
      pixels[at + 3] = 255 * cover + (pixels[at + 3] as number) * (1 - cover)
      if (cover >= 0.5) mask[index] = 1
    }
  }
}
