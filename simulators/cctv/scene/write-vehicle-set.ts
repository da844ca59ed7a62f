// Writes rendered streets in which the same vehicles stand at the same places in another light: images/*.jpg and vehicles.json.
// node simulators/cctv/scene/write-vehicle-set.ts --streets N --seed S --out DIR
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createRandom, type Random } from '../../random.ts'
import { drawBackground } from './background.ts'
import { compose } from './compose.ts'
import { photograph } from './lens.ts'
import { createLight, type Light, type LightKind } from './light.ts'
import { createRoadUser, type RoadUser, type RoadUserKind } from './objects/catalogue.ts'
import { type Pose, renderSprite } from './rasterise.ts'
import { randomDroneView, randomStreet, randomView, type Street } from './street.ts'

/** One vehicle as one picture shows it. */
export interface Shown {
  readonly file: string
  /** street and place: whoever shares it stood at the same place */
  readonly place: string
  /** the same vehicle wherever it occurs */
  readonly vehicle: string
  readonly label: string
  /** pixels */
  readonly box: readonly number[]
}

/** Vehicles that take turns at each place, so that background, pose and size never tell them apart. */
const perPlace = 4
const lightsPerStreet = 4
const smallest = { pixels: 18, visible: 0.55, inside: 0.85 }
const size = { width: 640, height: 360 }

const cars: readonly RoadUserKind[] = ['sedan', 'sedan', 'hatchback', 'suv', 'suv', 'mpv', 'microvan']
const others: readonly RoadUserKind[] = ['box_truck', 'open_truck', 'bus', 'microvan', 'mpv']
const small: readonly RoadUserKind[] = ['e_bike_alone', 'motorcycle_alone', 'bicycle_alone']
const lights: readonly LightKind[] = ['sunny', 'overcast', 'dusk', 'night', 'rain', 'sunny']

interface Place {
  readonly pose: Pose
  readonly vehicles: readonly RoadUser[]
}

export async function writeVehicleSet(options: { streets: number; seed: number; out: string }): Promise<void> {
  const { streets, seed, out } = options
  await mkdir(join(out, 'images'), { recursive: true })
  const shown: Shown[] = []
  for (let index = 0; index < streets; index++) {
    const random = createRandom(seed).fork(index)
    shown.push(...(await renderStreet(`s${seed}-${index}`, random, out)))
    await writeFile(join(out, 'vehicles.json'), JSON.stringify(shown))
  }
}

async function renderStreet(name: string, random: Random, out: string): Promise<Shown[]> {
  const street = randomStreet(random)
  const from = random.chance(0.2) ? randomDroneView : randomView
  const view = from(street, random, size.width, size.height)
  const places = placesOf(street, random)
  const first = random.integer(lights.length)
  const shown: Shown[] = []
  for (let turn = 0; turn < lightsPerStreet; turn++) {
    const light: Light = createLight(lights[(first + turn) % lights.length] as LightKind, random)
    const background = drawBackground(street, view, light, random, 1)
    // who stands beside whom changes with the light
    const offsets = places.map(() => random.integer(perPlace))
    for (let picture = 0; picture < perPlace; picture++) {
      const standing = places.flatMap(({ pose, vehicles }, place) => {
        if (random.chance(0.12)) return []
        const number = (picture + (offsets[place] as number)) % perPlace
        const user = vehicles[number] as RoadUser
        const sprite = renderSprite(user.mesh, pose, view, light, { sunlit: street.lit(light, pose.x, pose.y, 0.6) })
        return sprite ? [{ user, sprite, place, number }] : []
      })
      const pixels = background.pixels.slice()
      const truth = compose(pixels, background, view, standing)
      const file = `${name}-${turn}${picture}.jpg`
      await writeFile(join(out, 'images', file), await photograph(pixels, size, light.kind, random))
      for (const { user, box, visible, inside } of truth) {
        const { place, number } = standing.find((each) => each.user === user) as (typeof standing)[number]
        const side = Math.min(box[2] - box[0], box[3] - box[1])
        if (side < smallest.pixels || visible < smallest.visible || inside < smallest.inside) continue
        const at = `${name}/${place}`
        shown.push({ file, place: at, vehicle: `${at}/${number}`, label: user.objectClass, box: [...box] })
      }
    }
  }
  return shown
}

/** Places along both kerbs and some on the lanes, near the camera; kinds at one place are alike, so colour and make must tell. */
function placesOf(street: Street, random: Random): Place[] {
  const places: Place[] = []
  const put = (kinds: readonly RoadUserKind[], pose: Pose) => {
    const usual = random.pick(kinds)
    const vehicles = Array.from({ length: perPlace }, () =>
      createRoadUser(random.chance(0.5) ? usual : random.pick(kinds), random),
    )
    places.push({ pose, vehicles })
  }
  for (const side of [-1, 1] as const) {
    const kerb = Math.abs(side < 0 ? street.kerbs[0] : street.kerbs[1])
    const heading = (random.chance(0.85) ? side : -side) * (Math.PI / 2)
    for (let y = 6 + random.range(0, 3); y < 36; y += 6) {
      const kinds = random.chance(0.15) ? others : cars
      const x = side * (kerb - random.range(1, 1.35))
      put(kinds, { x, y: y + random.normal(0, 0.2), heading: heading + random.normal(0, 0.04) })
    }
    for (let y = 7, count = random.integer(4); count > 0; count--, y += random.range(1.2, 4))
      put(small, {
        x: side * (kerb + random.range(0.6, 1.2)),
        y,
        heading: (side > 0 ? Math.PI : 0) + random.normal(0, 0.3),
      })
  }
  return places
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { streets: { type: 'string' }, seed: { type: 'string' }, out: { type: 'string' } },
  })
  const [streets, seed] = [Number(values.streets), Number(values.seed ?? 1)]
  if (!values.out || !Number.isInteger(streets) || streets < 1 || !Number.isInteger(seed)) {
    process.stderr.write('usage: write-vehicle-set.ts --streets N --seed S --out DIR\n')
    process.exitCode = 2
  } else await writeVehicleSet({ streets, seed, out: values.out })
}
