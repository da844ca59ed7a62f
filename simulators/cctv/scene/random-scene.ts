// Any plausible moment of any plausible street, for training detectors: traffic, parked vehicles and people in random light.

import type { Random } from '../../random.ts'
import { type Background, drawBackground } from './background.ts'
import { compose, type Truth } from './compose.ts'
import { createLight, type Light, type LightKind } from './light.ts'
import { createRoadUser, type RoadUser, type RoadUserKind } from './objects/catalogue.ts'
import { weighted } from './objects/colours.ts'
import { type Pose, renderSprite } from './rasterise.ts'
import { randomDroneView, randomStreet, randomView, type Street } from './street.ts'
import type { View } from './view.ts'

export interface Stage {
  readonly street: Street
  readonly view: View
  readonly light: Light
  readonly background: Background
}

export interface Picture {
  /** RGBA */
  readonly pixels: Uint8ClampedArray
  readonly truth: readonly Truth[]
}

const lights: readonly (readonly [number, LightKind])[] = [
  [38, 'sunny'],
  [30, 'overcast'],
  [12, 'dusk'],
  [12, 'night'],
  [8, 'rain'],
]

const motor: readonly (readonly [number, RoadUserKind])[] = [
  [26, 'sedan'],
  [12, 'hatchback'],
  [20, 'suv'],
  [10, 'mpv'],
  [9, 'microvan'],
  [9, 'bus'],
  [8, 'box_truck'],
  [6, 'open_truck'],
]
const parkedMotor = motor.filter(([, kind]) => kind !== 'bus')
const light2: readonly (readonly [number, RoadUserKind])[] = [
  [50, 'e_bike'],
  [25, 'motorcycle'],
  [25, 'bicycle'],
]
const light2Alone: readonly (readonly [number, RoadUserKind])[] = [
  [50, 'e_bike_alone'],
  [25, 'motorcycle_alone'],
  [25, 'bicycle_alone'],
]

export function createStage(
  random: Random,
  samples = 2,
  size = { width: 640, height: 360 },
  from: 'mast' | 'drone' = 'mast',
): Stage {
  const street = randomStreet(random)
  const view = (from === 'drone' ? randomDroneView : randomView)(street, random, size.width, size.height)
  const light = createLight(weighted(lights, random), random)
  return { street, view, light, background: drawBackground(street, view, light, random, samples) }
}

/** One picture on a stage. Pixels are in a new buffer. */
export function drawPicture(stage: Stage, random: Random): Picture {
  const { street, view, light, background } = stage
  const taken: { pose: Pose; user: RoadUser }[] = []
  const put = (kind: RoadUserKind, pose: Pose) => {
    const user = createRoadUser(kind, random)
    const clear = taken.every((other) => {
      const gap = Math.hypot(pose.x - other.pose.x, pose.y - other.pose.y)
      const room = Math.abs(pose.x - other.pose.x) > (user.width + other.user.width) / 2 + 0.2
      return room ? gap > 0.4 : gap > (user.length + other.user.length) / 2 + 0.3
    })
    if (clear) taken.push({ pose, user })
  }
  const busy = random.next()
  for (let i = 0; i < 2 + busy * 12; i++) placeMoving(street, random, put)
  for (const side of [0, 1] as const) placeParked(street, side, random, put)
  for (let i = 0; i < random.range(0, 9); i++) placeAfoot(street, random, put)
  const sprites = taken.flatMap(({ pose, user }) => {
    const sprite = renderSprite(user.mesh, pose, view, light, { sunlit: street.lit(light, pose.x, pose.y, 0.6) })
    return sprite ? [{ user, sprite }] : []
  })
  const pixels = background.pixels.slice()
  return { pixels, truth: compose(pixels, background, view, sprites) }
}

type Put = (kind: RoadUserKind, pose: Pose) => void

function placeMoving(street: Street, random: Random, put: Put): void {
  const way = random.chance(0.5) ? 1 : -1
  const lane = random.integer(street.lanesEachWay)
  const small = random.chance(0.3)
  const x =
    way * (small ? street.lanes[1] - random.range(0.4, 1) : street.laneWidth * (lane + 0.5) + random.normal(0, 0.2))
  const heading = (way * Math.PI) / 2 + (random.chance(0.08) ? random.range(-Math.PI, Math.PI) : random.normal(0, 0.06))
  put(weighted(small ? light2 : motor, random), { x, y: along(random), heading })
}

function placeParked(street: Street, side: 0 | 1, random: Random, put: Put): void {
  const sign = side === 0 ? -1 : 1
  const options = side === 0 ? street.left : street.right
  const density = random.chance(0.6) ? random.range(0.1, 0.95) : 0
  for (let y = 4; y < 60; y += 5.6) {
    if (!random.chance(density)) continue
    const kerb = Math.abs(street.kerbs[side])
    const x = sign * (kerb - random.range(1.0, 1.35) + (random.chance(0.12) ? random.range(0.6, 1.8) : 0))
    put(weighted(parkedMotor, random), {
      x,
      y: y + random.normal(2.8, 0.4),
      heading: (random.chance(0.85) ? sign : -sign) * (Math.PI / 2) + random.normal(0, 0.05),
    })
  }
  if (options.pavement > 1.2 && random.chance(0.6)) {
    const start = random.range(5, 35)
    for (let i = 0; i < random.range(1, 10); i++)
      put(weighted(light2Alone, random), {
        x: sign * (Math.abs(street.kerbs[side]) + random.range(0.6, 1.3)),
        y: start + i * random.range(0.65, 1.1),
        heading: sign > 0 ? Math.PI + random.normal(0, 0.3) : random.normal(0, 0.3),
      })
  }
}

function placeAfoot(street: Street, random: Random, put: Put): void {
  const side = random.chance(0.5) ? 1 : 0
  const sign = side === 0 ? -1 : 1
  const pavement = (side === 0 ? street.left : street.right).pavement
  const crossing = random.chance(0.25)
  const x = crossing
    ? random.range(street.kerbs[0], street.kerbs[1])
    : sign * (Math.abs(street.kerbs[side]) + random.range(0.4, Math.max(0.6, pavement - 0.3)))
  put('pedestrian', {
    x,
    y: along(random),
    heading: crossing
      ? random.chance(0.5)
        ? 0
        : Math.PI
      : (random.chance(0.5) ? 1 : -1) * (Math.PI / 2) + random.normal(0, 0.3),
  })
}

/** Places nearer to the camera are likelier, so that large and small objects both occur. */
function along(random: Random): number {
  return 3 + 55 * random.next() ** 1.5
}
