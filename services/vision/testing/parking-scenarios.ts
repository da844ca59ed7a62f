// Test data: the parking truth table. What happens on a street, and how many violations must be told of it, and ended.
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import {
  bicycle,
  bus,
  car,
  halfZone,
  oncoming,
  passing,
  queueOf,
  stays,
  threePark,
  through,
  visit,
} from './street-actors.ts'
import { noParkingZone, type Scene } from './street-scene.ts'

export interface TruthRow {
  readonly name: string
  readonly scene: Scene
  readonly started: number
  readonly ended: number
  readonly zones?: readonly ZoneConfig[]
  /** seconds within which the first violation must be told */
  readonly toldBy?: number
  /** at fewer frames a second nobody could tell */
  readonly fromFps?: number
  /** with a bad detector it is told later */
  readonly goodOnly?: true
}

export const truthTable: readonly TruthRow[] = [
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
    fromFps: 2,
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
  {
    name: 'traffic of one colour through the zone, one every 3 s',
    scene: { seconds: 150, actors: Array.from({ length: 50 }, (_, i) => through(3 * i)) },
    started: 0,
    ended: 0,
  },
  {
    name: 'each of one colour gives way for 4 s at the same place',
    scene: { seconds: 150, actors: Array.from({ length: 15 }, (_, i) => visit(5 + 10 * i, 9 + 10 * i)) },
    started: 0,
    ended: 0,
  },
  {
    name: 'one waits 12 s, then traffic of its colour goes on through its place',
    scene: {
      seconds: 150,
      actors: [visit(5, 17), ...Array.from({ length: 40 }, (_, i) => through(18 + 3 * i))],
    },
    started: 0,
    ended: 0,
  },
  { name: 'a bus hides it for 30 s', scene: { seconds: 130, actors: [stays(), bus(50, 80)] }, started: 1, ended: 0 },
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
  {
    name: 'three come together and park: a queue may wait 120 s',
    scene: { seconds: 170, actors: threePark },
    started: 3,
    ended: 0,
    toldBy: 160,
  },
  {
    name: 'three come together and park where no queue can form',
    scene: { seconds: 90, actors: threePark },
    started: 3,
    ended: 0,
    zones: [{ ...noParkingZone, queueSeconds: 0 }],
    toldBy: 50,
  },
  {
    name: 'three come together and park, and traffic drives past all of them',
    scene: { seconds: 100, actors: [...threePark, ...Array.from({ length: 6 }, (_, i) => passing(14 + 5 * i))] },
    started: 3,
    ended: 0,
    toldBy: 75,
    fromFps: 5,
    goodOnly: true,
  },
  {
    name: 'four wait at a red light for 50 s while the other way flows',
    scene: {
      seconds: 90,
      actors: [
        ...queueOf(4, (i) => [
          [2 * i, -0.05, 0.7],
          [2 * i + 4, 0.8 - 0.2 * i, 0.7],
          [60 + 2 * i, 0.8 - 0.2 * i, 0.7],
          [66 + 2 * i, 1.2, 0.7],
        ]),
        ...Array.from({ length: 15 }, (_, i) => oncoming(6 * i)),
      ],
    },
    started: 0,
    ended: 0,
  },
  {
    name: 'stands over the border of two zones',
    scene: { seconds: 90, actors: [stays()] },
    started: 1,
    ended: 0,
    zones: [halfZone('left', 0.05, 0.502), halfZone('right', 0.498, 0.95)],
  },
  {
    name: 'three in two zones',
    scene: { seconds: 100, actors: [stays(0.2), visit(15, 1000, 0.45, 'black'), visit(25, 1000, 0.75, 'red')] },
    started: 3,
    ended: 0,
    // one behind the other within seconds: at a kerb that is no queue
    zones: [halfZone('left', 0.05, 0.5), halfZone('right', 0.5, 0.95)].map((zone) => ({ ...zone, queueSeconds: 0 })),
  },
  {
    name: 'bicycles stand where motor vehicles must not, a car where bicycles must not',
    scene: { seconds: 90, actors: [stays(0.3), bicycle(0.7)] },
    started: 0,
    ended: 0,
    zones: [
      { ...halfZone('kerb', 0.5, 0.95), kind: 'no_parking' },
      { ...halfZone('path', 0.05, 0.5), kind: 'pavement' },
    ],
  },
  {
    name: 'a car and a bicycle each where it must not',
    scene: { seconds: 90, actors: [stays(0.7), bicycle(0.3)] },
    started: 2,
    ended: 0,
    zones: [
      { ...halfZone('kerb', 0.5, 0.95), kind: 'no_parking' },
      { ...halfZone('path', 0.05, 0.5), kind: 'pavement' },
    ],
  },
]
