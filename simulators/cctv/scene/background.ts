// The empty street as the camera sees it: one ray per sample against ground, fronts and sky, then the furniture.

import { noise, type Random } from '../../random.ts'
import { paintFront } from './facade.ts'
import { paintGround } from './ground.ts'
import { expose, type Light } from './light.ts'
import type { Surface } from './mesh.ts'
import { createFurniture } from './objects/street-furniture.ts'
import { renderSprite } from './rasterise.ts'
import { drawSprite, type Occluders } from './sprite.ts'
import type { Street } from './street.ts'
import { project, type View } from './view.ts'

export interface Background {
  /** RGBA */
  readonly pixels: Uint8ClampedArray
  readonly occluders: Occluders
}

const canalWidth = 9
const streetEnd = 110

/** Draws it; `samples` rays per pixel along each axis. */
export function drawBackground(street: Street, view: View, light: Light, random: Random, samples = 2): Background {
  const { width, height } = view
  const pixels = new Uint8ClampedArray(width * height * 4)
  const surface: Surface = { red: 0, green: 0, blue: 0, mirror: 0, glow: 0 }
  const colour = new Float32Array(3)
  const share = 1 / (samples * samples)
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      let [red, green, blue] = [0, 0, 0]
      for (let sub = 0; sub < samples * samples; sub++) {
        const u = (px + ((sub % samples) + 0.5) / samples - width / 2) / view.focal
        const v = (py + (Math.floor(sub / samples) + 0.5) / samples - height / 2) / view.focal
        const dx = view.forward[0] + u * view.right[0] + v * view.down[0]
        const dy = view.forward[1] + u * view.right[1] + v * view.down[1]
        const dz = view.forward[2] + u * view.right[2] + v * view.down[2]
        traceRay(street, view, light, dx, dy, dz, surface, colour)
        red += expose(colour[0] as number, light.exposure)
        green += expose(colour[1] as number, light.exposure)
        blue += expose(colour[2] as number, light.exposure)
      }
      const at = (py * width + px) * 4
      pixels[at] = red * share
      pixels[at + 1] = green * share
      pixels[at + 2] = blue * share
      pixels[at + 3] = 255
    }
  }
  return { pixels, occluders: drawFurniture(pixels, street, view, light, random) }
}

function drawFurniture(pixels: Uint8ClampedArray, street: Street, view: View, light: Light, random: Random): Occluders {
  const occluders = new Float32Array(view.width * view.height).fill(Number.POSITIVE_INFINITY)
  const sorted = street.furniture
    .map((item) => ({ item, depth: project(view, item.x, item.y, 0).depth }))
    .filter(({ depth }) => depth > 3)
    .sort((a, b) => b.depth - a.depth)
  for (const { item } of sorted) {
    const mesh = createFurniture(item.kind, random)
    const sprite = renderSprite(mesh, item, view, light, { sunlit: street.lit(light, item.x, item.y) })
    if (!sprite) continue
    drawSprite(pixels, view.width, view.height, sprite)
    for (let y = 0; y < sprite.height; y++)
      for (let x = 0; x < sprite.width; x++)
        if (sprite.mask[y * sprite.width + x]) occluders[(y + sprite.y) * view.width + x + sprite.x] = sprite.depth
  }
  return occluders
}

/** Linear colour seen along a ray (its length is arbitrary). */
function traceRay(
  street: Street,
  view: View,
  light: Light,
  dx: number,
  dy: number,
  dz: number,
  surface: Surface,
  out: Float32Array,
): undefined {
  const [cx, cy, cz] = view.position
  const length = Math.sqrt(dx * dx + dy * dy + dz * dz)
  const night = light.kind === 'night'
  let nearest = dz < -1e-4 ? -cz / dz : Number.POSITIVE_INFINITY
  let what: 'ground' | 'left' | 'right' | 'bank' | 'end' | 'sky' = nearest < 400 ? 'ground' : 'sky'
  for (const side of [0, 1] as const) {
    const canal = (side === 0 ? street.left.front : street.right.front) === 'canal'
    const wall = street.fronts[side] + (canal ? (side === 0 ? -canalWidth : canalWidth) : 0)
    const t = (wall - cx) / dx
    if (t <= 0.3 || t >= nearest || Math.abs(wall - cx) < 0.4) continue
    const z = cz + t * dz
    const top = canal ? 6.2 : street.houseHeight(side, cy + t * dy)
    if (z < (canal ? -2 : 0) || z > top || cy + t * dy > streetEnd) continue
    nearest = t
    what = canal ? 'bank' : side === 0 ? 'left' : 'right'
  }
  const toEnd = (streetEnd - cy) / dy
  if (toEnd > 0 && toEnd < nearest) {
    const z = cz + toEnd * dz
    const x = cx + toEnd * dx
    const top = 5 + 6 * noise(x * 0.12 + 50, 0, street.seed) + 2 * noise(x * 0.9 + 50, 3, street.seed)
    if (z < top) {
      nearest = toEnd
      what = 'end'
    }
  }
  if (what === 'sky') return sky(light, dx, dy, dz, length, out)
  const x = cx + nearest * dx
  const y = cy + nearest * dy
  const z = cz + nearest * dz
  let normalX = 0
  let normalZ = 0
  let lit = 1
  if (what === 'ground') {
    paintGround(surface, street, x, y, light.wet)
    normalZ = 1
    lit = street.lit(light, x, y)
  } else if (what === 'end') {
    const speck = 0.4 + noise(x * 1.3 + 70, z * 1.3, street.seed) * 0.7
    surface.red = 0.07 * speck
    surface.green = 0.11 * speck
    surface.blue = 0.05 * speck
    surface.mirror = surface.glow = 0
    normalZ = 0.5
  } else if (what === 'bank') {
    const side = x < 0 ? 0 : 1
    paintBank(surface, street, side, y, z, night)
    normalX = side === 0 ? 1 : -1
  } else {
    const side = what === 'left' ? 0 : 1
    paintFront(surface, street, side, y, z, night)
    normalX = side === 0 ? 1 : -1
    lit = night ? street.lit(light, x, y) * Math.max(0.2, 1 - z / 8) * 1.6 : street.lit(light, x + normalX * 0.3, y, z)
  }
  const lambert = Math.max(0, normalX * light.sun[0] + normalZ * light.sun[2]) * lit
  const up = 0.5 + 0.5 * normalZ
  const haze = 1 - Math.exp(-nearest * length * light.hazeDensity)
  // a mirror shows sky low over the street, broken by houses
  const mirror = surface.mirror
  for (let k = 0; k < 3; k++) {
    const albedo = k === 0 ? surface.red : k === 1 ? surface.green : surface.blue
    const ambient = (light.ground[k] as number) + ((light.sky[k] as number) - (light.ground[k] as number)) * up
    let value = albedo * (ambient + lambert * (light.sunColour[k] as number) + surface.glow * 0.5) * (1 - mirror)
    value += mirror * (light.horizon[k] as number) * 0.8
    value += ((light.haze[k] as number) - value) * haze
    out[k] = value
  }
}

function paintBank(surface: Surface, street: Street, side: 0 | 1, y: number, z: number, night: boolean): undefined {
  if (z < 0.9) {
    // the quay: stone courses, wet below
    const course = Math.floor(z / 0.35)
    const stone = 0.2 + 0.08 * noise(y * 1.1 + course * 5, course, street.seed) - (z < -1 ? 0.1 : 0)
    surface.red = surface.green = surface.blue = stone * ((((z / 0.35) % 1) + 1) % 1 < 0.08 ? 0.6 : 1)
    surface.mirror = surface.glow = 0
    return
  }
  const house = Math.floor(y / 8)
  const top = 4.3 + 1.8 * noise(house * 3.3, 2, street.seed)
  paintFront(surface, { ...street, houseHeight: () => top + 0.9 } as Street, side, y, z + (z > top ? 50 : 0), night)
  if (z > top) {
    const rib = Math.floor(y / 0.22) % 2 ? 0.05 : 0.03
    surface.red = surface.green = surface.blue = rib
    surface.glow = 0
  }
}

function sky(light: Light, dx: number, dy: number, dz: number, length: number, out: Float32Array): undefined {
  const up = Math.max(0, dz / length)
  const cloud =
    light.kind === 'sunny' || light.kind === 'dusk'
      ? Math.max(0, noise((dx / length) * 5 + 20, (dy / length) * 5 + up * 9, 7) - 0.45) * 1.2
      : 0
  for (let k = 0; k < 3; k++) {
    const low = light.horizon[k] as number
    out[k] = low + ((light.sky[k] as number) - low) * Math.min(1, up * 2.2) + cloud * low * 0.6
  }
}
