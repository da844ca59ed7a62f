// A kitchen seen from the ceiling corner: drawn once as the room, with cooks of our own meshes walking in it.
import sharp from 'sharp'
import { createLight } from '../cctv/scene/light.ts'
import { renderSprite } from '../cctv/scene/rasterise.ts'
import { drawSprite, type Sprite } from '../cctv/scene/sprite.ts'
import { createView } from '../cctv/scene/view.ts'
import { createRandom } from '../random.ts'
import { createCook } from './cook.ts'

export interface CookScript {
  /** places between which the cook walks, in metres of the room */
  readonly stations: readonly (readonly [number, number])[]
  /** seconds at each station */
  readonly stay: number
  /** when the cook is without a hat, seconds after the start */
  readonly bareheaded: readonly (readonly [number, number])[]
}

export interface KitchenPicture {
  /** A JPEG of the kitchen so many seconds after the start. */
  at(seconds: number): Promise<Buffer>
}

const size = { width: 640, height: 360 }
const walkSeconds = 3

export function createKitchenPicture(cooks: readonly CookScript[], seed: number): KitchenPicture {
  const view = createView({ ...size, position: [0, 0, 2.7], yaw: 0.1, pitch: 0.42, fieldOfView: 1.25 })
  const light = createLight('overcast', createRandom(seed))
  const meshes = cooks.map((_, index) => [false, true].map((bare) => createCook(createRandom(seed).fork(index), bare)))
  let room: Promise<Buffer> | undefined

  return {
    async at(seconds) {
      room ??= sharp(Buffer.from(roomDrawing())).resize(size.width, size.height).ensureAlpha().raw().toBuffer()
      const pixels = new Uint8ClampedArray(await room)
      const sprites: Sprite[] = cooks.flatMap((cook, index) => {
        const bare = cook.bareheaded.some(([from, to]) => seconds >= from && seconds < to)
        const pair = meshes[index]
        const mesh = pair?.[bare ? 1 : 0]
        return mesh ? (renderSprite(mesh, placeAt(cook, seconds), view, light) ?? []) : []
      })
      for (const sprite of sprites.sort((a, b) => b.depth - a.depth))
        drawSprite(pixels, size.width, size.height, sprite)
      return sharp(Buffer.from(pixels.buffer), { raw: { ...size, channels: 4 } })
        .removeAlpha()
        .jpeg({ quality: 80 })
        .toBuffer()
    },
  }
}

/** Where a cook stands or walks, and which way it faces. */
export function placeAt(cook: CookScript, seconds: number): { x: number; y: number; heading: number } {
  const round = cook.stay + walkSeconds
  const step = Math.floor(seconds / round)
  const [x0, y0] = cook.stations[step % cook.stations.length] ?? [0, 3]
  const [x1, y1] = cook.stations[(step + 1) % cook.stations.length] ?? [0, 3]
  const share = Math.max(0, (seconds - step * round - cook.stay) / walkSeconds)
  const heading = share > 0 ? Math.atan2(y1 - y0, x1 - x0) : Math.PI / 2 + 0.3 * Math.sin(seconds)
  return { x: x0 + (x1 - x0) * share, y: y0 + (y1 - y0) * share, heading }
}

function roomDrawing(): string {
  const tiles = Array.from(
    { length: 22 },
    (_, i) => `<path d="M${320 + (i - 11) * 26} 96 L${320 + (i - 11) * 120} 360" stroke="#9aa09f" stroke-width="1"/>`,
  ).join('')
  const rows = [110, 128, 150, 178, 214, 262, 322]
    .map((y) => `<path d="M0 ${y} H640" stroke="#9aa09f" stroke-width="1"/>`)
    .join('')
  const wallTiles = Array.from({ length: 33 }, (_, i) => `<path d="M${i * 20} 0 V96" stroke="#d3d8d8"/>`).join('')
  const pans = [150, 205, 260]
    .map(
      (x) =>
        `<ellipse cx="${x}" cy="104" rx="20" ry="6" fill="#2a2c2e"/><ellipse cx="${x}" cy="102" rx="15" ry="4" fill="#55595c"/>`,
    )
    .join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360">
    <rect width="640" height="96" fill="#e6eaea"/>${wallTiles}
    <rect y="96" width="640" height="264" fill="#b4b9b7"/>${tiles}${rows}
    <rect x="110" y="8" width="200" height="34" fill="#9ea4a8"/><path d="M110 42 L94 58 H326 L310 42 Z" fill="#80868a"/>
    <rect x="100" y="98" width="220" height="52" fill="#8d9498"/><rect x="100" y="96" width="220" height="12" fill="#c3c9cc"/>${pans}
    <rect x="360" y="96" width="190" height="48" fill="#a7adb0"/><rect x="360" y="92" width="190" height="10" fill="#d4d9db"/>
    <rect x="390" y="84" width="36" height="10" fill="#b4423a"/><rect x="450" y="86" width="60" height="8" fill="#d9d2bd"/>
    <rect x="566" y="20" width="64" height="150" fill="#d5d9da" stroke="#8c9294"/><path d="M598 20 V170" stroke="#8c9294"/>
    <path d="M0 200 L90 150 V250 L0 360 Z" fill="#9ba1a4"/><path d="M0 188 L90 142 V152 L0 204 Z" fill="#cfd4d6"/>
    <rect x="24" y="120" width="34" height="46" rx="3" fill="#3c7a4f"/>
  </svg>`
}
