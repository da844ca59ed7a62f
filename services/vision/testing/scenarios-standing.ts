// The parking truth table: who comes and stays, leaves, takes another's place, stands in which zone.
import type { TruthRow } from './parking-scenarios.ts'
import { bicycle, car, halfZone, stays, visit } from './street-actors.ts'

export const standingScenarios: readonly TruthRow[] = [
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
