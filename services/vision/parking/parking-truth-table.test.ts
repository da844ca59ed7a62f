// The parking truth table: generated streets through tracker and machine at 2, 5 and 10 frames a second; how many violations, how many ended.
import { describe, expect, it } from 'vitest'
import { type Actor, playScene, type Scene } from '../testing/street-scene.ts'

const size = [0.16, 0.14] as const
const car = (path: Actor['path'], colour: Actor['colour'] = 'white'): Actor => ({ label: 'car', size, colour, path })

/** comes from the left, stands at (x, 0.7) from `from` to `to`, drives off to the right */
const visit = (from: number, to: number, x = 0.5, colour: Actor['colour'] = 'white'): Actor =>
  car(
    [
      [from - 4, -0.05, 0.7],
      [from, x, 0.7],
      [to, x, 0.7],
      [to + 3, 1.1, 0.7],
    ],
    colour,
  )
const stays = (x = 0.5, colour: Actor['colour'] = 'white') => visit(5, 1000, x, colour)
const passing = (at: number): Actor =>
  car(
    [
      [at, -0.05, 0.86],
      [at + 4, 1.05, 0.86],
    ],
    'red',
  )
const bus = (from: number, to: number): Actor => ({
  label: 'large_vehicle',
  size: [0.45, 0.4],
  colour: 'red',
  path: [
    [from - 3, -0.3, 0.95],
    [from, 0.5, 0.95],
    [to, 0.5, 0.95],
    [to + 3, 1.3, 0.95],
  ],
})
const queueOf = (count: number, stop: (index: number) => Actor['path']): Actor[] =>
  Array.from({ length: count }, (_, index) => car(stop(index), (['white', 'black', 'red'] as const)[index % 3]))

const table: { name: string; scene: Scene; started: number; ended: number }[] = [
  { name: 'comes and stays', scene: { seconds: 90, actors: [stays()] }, started: 1, ended: 0 },
  {
    name: 'stands from the beginning',
    scene: {
      seconds: 60,
      actors: [
        car([
          [0, 0.4, 0.7],
          [1000, 0.4, 0.7],
        ]),
      ],
    },
    started: 1,
    ended: 0,
  },
  { name: 'comes, stays, leaves', scene: { seconds: 110, actors: [visit(5, 60)] }, started: 1, ended: 1 },
  { name: 'stops for less than the dwell', scene: { seconds: 80, actors: [visit(5, 30)] }, started: 0, ended: 0 },
  { name: 'passes', scene: { seconds: 60, actors: [0, 8, 16, 24, 32, 40, 48].map(passing) }, started: 0, ended: 0 },
  {
    name: 'crawls through',
    scene: {
      seconds: 90,
      actors: queueOf(5, (i) => [
        [i * 12, -0.05, 0.7],
        [i * 12 + 60, 1.05, 0.7],
      ]),
    },
    started: 0,
    ended: 0,
  },
  {
    name: 'crawls very slowly (a fifth of its length a second)',
    scene: {
      seconds: 60,
      actors: [
        car([
          [0, 0.2, 0.7],
          [1, 0.2, 0.7],
          [20, 0.8, 0.7],
        ]),
      ],
    },
    started: 0,
    ended: 0,
  },
  {
    name: 'moves up in a queue, standing 10 s at each place',
    scene: {
      seconds: 100,
      actors: queueOf(6, (i) => {
        const path: [number, number, number][] = []
        for (let place = 0; place < 8; place++) {
          const arrive = (place + i) * 12
          const x = 0.1 + 0.2 * place - 0.2
          path.push([arrive, x, 0.7], [arrive + 10, x, 0.7])
        }
        return path
      }),
    },
    started: 0,
    ended: 0,
  },
  {
    name: 'four wait at a red light for 50 s',
    scene: {
      seconds: 90,
      actors: queueOf(4, (i) => [
        [2 * i, -0.05, 0.7],
        [2 * i + 4, 0.8 - 0.2 * i, 0.7],
        [60 + 2 * i, 0.8 - 0.2 * i, 0.7],
        [66 + 2 * i, 1.2, 0.7],
      ]),
    },
    started: 0,
    ended: 0,
  },
  {
    name: 'double parks: two side by side',
    scene: { seconds: 90, actors: [stays(0.35), stays(0.6, 'black')] },
    started: 2,
    ended: 0,
  },
  {
    name: 'leaves, and another of the same colour takes the place within 5 s',
    scene: { seconds: 120, actors: [visit(5, 50), visit(58, 1000)] },
    started: 2,
    ended: 1,
  },
  {
    name: 'leaves, and another colour takes the place within 5 s',
    scene: { seconds: 120, actors: [visit(5, 50, 0.5, 'white'), visit(57, 1000, 0.5, 'black')] },
    started: 2,
    ended: 1,
  },
  { name: 'a bus hides it for 20 s', scene: { seconds: 120, actors: [stays(), bus(50, 70)] }, started: 1, ended: 0 },
  {
    name: 'a bus hides it for 20 s before its dwell is over',
    scene: { seconds: 120, actors: [stays(), bus(15, 35)] },
    started: 1,
    ended: 0,
  },
  {
    name: 'not detected for 30 s though nothing hides it',
    scene: {
      seconds: 120,
      actors: [
        car([
          [0, 0.5, 0.7],
          [50, 0.5, 0.7],
        ]),
        car([
          [80, 0.5, 0.7],
          [1000, 0.5, 0.7],
        ]),
      ],
    },
    started: 1,
    ended: 0,
  },
  {
    name: 'headlights flash over it, three times',
    scene: {
      seconds: 90,
      actors: [stays(0.5, 'black')],
      flashes: [
        [20, 22],
        [45, 47.5],
        [60, 63],
      ],
    },
    started: 1,
    ended: 0,
  },
  {
    name: 'the camera is shaken for 4 s, twice',
    scene: {
      seconds: 90,
      actors: [stays(), stays(0.75, 'black')],
      shake: (t) =>
        (t > 20 && t < 24) || (t > 55 && t < 59) ? [0.05 * Math.sin(9 * t), 0.03 * Math.sin(13 * t)] : [0, 0],
    },
    started: 2,
    ended: 0,
  },
  {
    name: 'restart before the dwell is over',
    scene: { seconds: 90, actors: [stays()], restarts: [20] },
    started: 1,
    ended: 0,
  },
  {
    name: 'restart after it was reported',
    scene: { seconds: 120, actors: [stays()], restarts: [50, 70, 71] },
    started: 1,
    ended: 0,
  },
  {
    name: 'stream lost for 40 s',
    scene: { seconds: 120, actors: [stays()], outages: [[50, 90]] },
    started: 1,
    ended: 0,
  },
  {
    name: 'stream lost for 40 s before the dwell is over',
    scene: { seconds: 120, actors: [stays()], outages: [[20, 60]] },
    started: 1,
    ended: 0,
  },
  {
    name: 'left during a lost stream, another colour in its place',
    scene: { seconds: 160, actors: [visit(5, 60, 0.5, 'white'), visit(80, 1000, 0.5, 'black')], outages: [[50, 90]] },
    started: 2,
    ended: 1,
  },
  {
    name: 'traffic passes before a parked car all the time',
    scene: { seconds: 120, actors: [stays(0.5), ...Array.from({ length: 20 }, (_, i) => passing(6 * i))] },
    started: 1,
    ended: 0,
  },
  {
    name: 'a weak detector misses four of ten',
    scene: { seconds: 90, actors: [stays()], misses: 0.4 },
    started: 1,
    ended: 0,
  },
  {
    name: 'false boxes that come and go at one place',
    scene: {
      seconds: 90,
      actors: [0, 1, 2, 3, 4, 5].map((i) =>
        car([
          [i * 15, 0.5, 0.7],
          [i * 15 + 1.2, 0.5, 0.7],
        ]),
      ),
    },
    started: 0,
    ended: 0,
  },
]

describe.each([2, 5, 10])('at %i frames a second', (fps) => {
  it.each(table)('$name: $started started, $ended ended', ({ scene, started, ended }) => {
    for (const seed of [1, 2, 3]) {
      const { effects } = playScene(scene, { fps, seed })
      const told = effects
        .filter(({ type }) => type === 'started')
        .map(({ vehicle, at }) => `${vehicle.violation?.findingId} ${at}`)
      expect(told, `seed ${seed}`).toHaveLength(started)
      expect(new Set(told.map((line) => line.split(' ')[0])).size).toBe(started)
      expect(
        effects.filter(({ type }) => type === 'ended'),
        `ended, seed ${seed}`,
      ).toHaveLength(ended)
    }
  })
})
