// The vote by area on recorded boxes: the fire of the doll's house clip alarms within 3 s at every rate, scattered false boxes never do. Needs ../shared.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../simulators/random.ts'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import { sharedClip } from '../testing/clip-frames.ts'
import { defaultVision } from '../testing/street-scene.ts'
import { emptyPresence, type PresenceHit, presenceSpotsOf, stepPresence } from './presence-machine.ts'

const file = sharedClip('fire_dollhouse_30s.boxes.json')
const here = existsSync(file)
/** of the clip */
const [width, height, framesPerSecond] = [426, 240, 29.97]
const start = Date.parse('2020-06-28T06:00:00Z')
const zone: ZoneConfig = {
  id: 'house',
  kind: 'watch',
  polygon: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
  classes: [],
  hours: '00:00-24:00',
}

/** Seconds at which fire was told. */
function play(fps: number, seconds: number, hitsAt: (frame: number) => PresenceHit[]): number[] {
  const spots = presenceSpotsOf([zone], defaultVision.presence, 'Asia/Shanghai')
  const told: number[] = []
  let state = emptyPresence
  for (let number = 0; number < seconds * fps; number++) {
    const at = number / fps
    const stepped = stepPresence(state, { at: start + 1000 * at, hits: hitsAt(number) }, spots, 'cam')
    state = stepped.state
    told.push(...stepped.effects.flatMap(({ type }) => (type === 'started' ? [at] : [])))
  }
  return told
}

describe.runIf(here)(`fire on the doll's house clip${here ? '' : ' (not tried: ../shared is not here)'}`, () => {
  const { frames } = here
    ? (JSON.parse(readFileSync(file, 'utf8')) as { frames: Record<string, [number, number, number, number][]> })
    : { frames: {} }
  const recorded = (fps: number) => (number: number) =>
    (frames[Math.round((number * framesPerSecond) / fps)] ?? []).map(([x, y, wide, high]): PresenceHit => {
      const box: PresenceHit['box'] = [x / width, y / height, (x + wide) / width, (y + high) / height]
      return { label: 'fire', score: 0.7, box }
    })

  it.each([2, 5, 10])('at %i frames a second alarms within 3 s', (fps) => {
    const [first] = play(fps, 29, recorded(fps))
    expect(first).toBeLessThanOrEqual(3)
  })

  it('alarms within 4 s where the detector misses every fourth frame', () => {
    const seen = recorded(5)
    const [first] = play(5, 29, (number) => (number % 4 === 3 ? [] : seen(number)))
    expect(first).toBeLessThanOrEqual(4)
  })
})

it.each([2, 5, 10])('scattered false boxes of fire, one in every second frame for five minutes at %i: never', (fps) => {
  for (let seed = 1; seed <= 2; seed++) {
    const random = createRandom(seed)
    const scattered = (): PresenceHit[] => {
      const [x, y, size] = [random.next() * 0.9, random.next() * 0.9, 0.03 + random.next() * 0.07]
      return random.next() < 0.5 ? [{ label: 'fire', score: 0.8, box: [x, y, x + size, y + size] }] : []
    }
    expect(play(fps, 300, scattered), `seed ${seed}`).toEqual([])
  }
})
