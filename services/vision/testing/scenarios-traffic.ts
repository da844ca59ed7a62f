// The parking truth table: traffic that passes, crawls, queues and waits; and lines that park.
import type { TruthRow } from './parking-scenarios.ts'
import { car, oncoming, passing, queueOf, threePark, through, visit } from './street-actors.ts'
import { noParkingZone } from './street-scene.ts'

export const trafficScenarios: readonly TruthRow[] = [
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
    name: 'two come together and park at a kerb: two are no queue',
    scene: { seconds: 90, actors: [visit(5, 1000, 0.5), visit(15, 1000, 0.3, 'black')] },
    started: 2,
    ended: 0,
    toldBy: 60,
  },
  {
    name: 'one comes and parks beside two that have stood for a minute',
    scene: {
      seconds: 140,
      actors: [visit(5, 1000, 0.75), visit(15, 1000, 0.55, 'black'), visit(80, 1000, 0.35, 'red')],
    },
    started: 3,
    ended: 0,
    toldBy: 125,
  },
  {
    name: 'five come to a kerb, each 25 s after the one before: none waits longer than a queue may',
    scene: {
      seconds: 260,
      actors: queueOf(5, (i) => [
        [1 + 25 * i, -0.05, 0.7],
        [5 + 25 * i, 0.85 - 0.17 * i, 0.7],
        [1000, 0.85 - 0.17 * i, 0.7],
      ]),
    },
    zones: [{ ...noParkingZone, dwellSeconds: 130 }],
    started: 5,
    ended: 0,
    firstToldBy: 145,
  },
]
