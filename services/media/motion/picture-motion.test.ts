// Motion in small grey pictures: what moves is seen, light, noise, a shaking pole, leaves and the clock in the picture are not.
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../simulators/random.ts'
import { MediaConfig } from '../../contracts/config/media.ts'
import { freshMotion, judgeMotion } from './picture-motion.ts'

const { motion: rules } = Value.Default(MediaConfig, {}) as MediaConfig
const [width, height] = [96, 54]

interface Scene {
  /** left edge of a person of 3 × 6 pixels */
  readonly person?: number
  readonly light?: number
  readonly noise?: number
  /** the whole picture lies so many pixels to the right */
  readonly shake?: number
  /** leaves of 8 × 8 pixels, differently each time */
  readonly leaves?: boolean
  /** the digit of seconds of a clock in the corner */
  readonly clock?: number
}

const random = createRandom(7)
function picture({ person, light = 0, noise = 0, shake = 0, leaves, clock }: Scene) {
  const grey = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const place = x - shake
      let value = place % 24 < 2 ? 210 : 90 + 20 * Math.sin(place / 7) * Math.cos(y / 5)
      if (person !== undefined && x >= person && x < person + 3 && y >= 20 && y < 26) value = 20
      if (leaves && x >= 60 && x < 68 && y < 8) value = 65 + random.integer(70)
      if (clock !== undefined && x >= 90 && y >= 50 && (x * 7 + y * 3 + clock * 3) % 10 < 4) value = 130
      value += light + (noise === 0 ? 0 : random.integer(2 * noise + 1) - noise)
      grey[y * width + x] = Math.max(0, Math.min(255, value))
    }
  }
  return { width, height, grey }
}

/** Whether each of these pictures moves, after the first. */
function judge(scenes: readonly Scene[], ignored?: Uint8Array): boolean[] {
  let state = freshMotion
  return scenes
    .map((scene) => {
      const judged = judgeMotion(state, picture(scene), rules, ignored)
      state = judged.state
      return judged.moves
    })
    .slice(1)
}

const times = (count: number, scene: (n: number) => Scene) => Array.from({ length: count }, (_, n) => scene(n))

describe('a picture after another', () => {
  it.each<[string, Scene, Scene, boolean]>([
    ['a person comes', {}, { person: 40 }, true],
    ['a person goes', { person: 40 }, {}, true],
    ['a person walks on', { person: 40 }, { person: 44 }, true],
    ['and the sun goes in meanwhile', { person: 40, light: 40 }, { person: 44 }, true],
    ['a person stands', { person: 40 }, { person: 40 }, false],
    ['the light changes', {}, { light: 40 }, false],
    ['a sensor of the night has noise', { noise: 11 }, { noise: 11 }, false],
    ['the pole shakes in the wind', {}, { shake: 1 }, false],
    ['it is another picture altogether', {}, { noise: 110 }, false],
  ])('%s', (_, before, after, moves) => expect(judge([before, after])).toEqual([moves]))

  it('with another size begins anew', () => {
    const { state } = judgeMotion(freshMotion, picture({}), rules)
    const small = { width: 8, height: 8, grey: new Uint8Array(64).fill(255) }
    expect(judgeMotion(state, small, rules).moves).toBe(false)
  })
})

describe('what is usual at a place', () => {
  it('is no motion after a while: leaves, a clock; a person elsewhere still is', () => {
    const scenes = times(200, (n) => ({ leaves: true, clock: Math.floor(n / 2) % 10 }))
    const told = judge(scenes)
    expect(told.slice(0, 20)).toContain(true)
    expect(told.slice(-100).filter(Boolean).length).toBeLessThanOrEqual(3)
    const after = judge([...scenes, { ...scenes[199], person: 30 }])
    expect(after.at(-1)).toBe(true)
  })

  it('does not hide what passes now and then at one place', () => {
    const told = judge(times(400, (n) => (n % 20 === 10 ? { person: 40 } : {})))
    expect(told.filter(Boolean)).toHaveLength(40)
  })

  it('under a mask nothing moves', () => {
    const masked = new Uint8Array(width * height).fill(1)
    expect(judge([{}, { person: 40 }, { person: 50 }], masked)).toEqual([false, false])
  })
})
