// The parking truth table: what hides vehicles, blinds the camera, shakes it, stops the stream or the process, and detectors that miss and invent.
import type { TruthRow } from './parking-scenarios.ts'
import { bus, car, passing, stays, visit } from './street-actors.ts'

export const disturbedScenarios: readonly TruthRow[] = [
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
