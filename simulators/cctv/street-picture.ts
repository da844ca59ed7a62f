// The moving picture of one street camera: traffic steps on, and a frame shows it, with the truth about every object.

import { createRandom } from '../random.ts'
import { stampTime } from './clock-overlay.ts'
import { type Background, drawBackground } from './scene/background.ts'
import { compose, layOver, type Truth } from './scene/compose.ts'
import { createLight, type Light } from './scene/light.ts'
import { createStreet, type Street } from './scene/street.ts'
import { createView, projectGround, type View } from './scene/view.ts'
import { createSpriteCache } from './sprite-cache.ts'
import { frameSize, type Patch, type StreetScript } from './street-script.ts'
import { createTraffic, type Traffic } from './traffic.ts'

export interface StreetPicture {
  readonly traffic: Traffic
  readonly view: View
  /** RGBA of the last frame; overwritten by the next */
  readonly pixels: Uint8ClampedArray
  /** Moves on by some seconds and draws; `at` is the time that the camera writes into the picture. */
  next(seconds: number, at: number): void
  /** As `next`, and tells where each road user is. */
  nextWithTruth(seconds: number, at: number): readonly Truth[]
}

/** Nothing is drawn until the first `next`, which draws the empty street (about half a second); `samples`: rays per pixel along each axis. */
export function createStreetPicture(script: StreetScript, options: { samples?: number } = {}): StreetPicture {
  const { street, view, light } = stageOf(script)
  const traffic = createTraffic(script, street, createRandom(script.seed).fork('traffic'))
  const sprites = createSpriteCache({ street, view, light }, script.seed)
  const pixels = new Uint8ClampedArray(view.width * view.height * 4)
  let background: Background | undefined
  const begin = (seconds: number) => {
    background ??= drawBackground(street, view, light, createRandom(script.seed).fork('background'), options.samples)
    traffic.step(seconds)
    pixels.set(background.pixels)
    sprites.begin()
    return { background, objects: traffic.actors.flatMap((actor) => sprites.draw(actor) ?? []) }
  }
  return {
    traffic,
    view,
    pixels,
    next(seconds, at) {
      const { background, objects } = begin(seconds)
      layOver(
        pixels,
        background,
        view,
        objects.map(({ sprite }) => sprite),
      )
      stampTime(pixels, view.width, at)
    },
    nextWithTruth(seconds, at) {
      const { background, objects } = begin(seconds)
      const truth = compose(pixels, background, view, objects)
      stampTime(pixels, view.width, at)
      return truth
    },
  }
}

/** A piece of ground of a script as a polygon of the picture. */
export function patchInPicture(script: StreetScript, patch: Patch): [number, number][] {
  const [x0, x1] = patch.x
  const [y0, y1] = patch.y
  return projectGround(stageOf(script).view, [
    [x0, y0],
    [x0, y1],
    [x1, y1],
    [x1, y0],
  ])
}

function stageOf(script: StreetScript): { street: Street; view: View; light: Light } {
  const random = createRandom(script.seed)
  return {
    street: createStreet(script.street, random.fork('street')),
    view: createView({ ...frameSize, ...script.view }),
    light: createLight(script.light, random.fork('light')),
  }
}
