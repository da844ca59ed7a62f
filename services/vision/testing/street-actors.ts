// Test data: who drives, parks and waits on the generated streets.
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import { type Actor, noParkingZone } from './street-scene.ts'

export const size = [0.16, 0.14] as const
export const car = (path: Actor['path'], colour: Actor['colour'] = 'white'): Actor => ({
  label: 'car',
  size,
  colour,
  path,
})

/** comes from the left, stands at (x, 0.7) from `from` to `to`, drives off to the right */
export const visit = (from: number, to: number, x = 0.5, colour: Actor['colour'] = 'white'): Actor =>
  car(
    [
      [from - 4, -0.05, 0.7],
      [from, x, 0.7],
      [to, x, 0.7],
      [to + 3, 1.1, 0.7],
    ],
    colour,
  )
export const stays = (x = 0.5, colour: Actor['colour'] = 'white') => visit(5, 1000, x, colour)
export const passing = (at: number): Actor =>
  car(
    [
      [at, -0.05, 0.86],
      [at + 4, 1.05, 0.86],
    ],
    'red',
  )
/** on the line where others park */
export const through = (at: number): Actor =>
  car([
    [at, -0.05, 0.7],
    [at + 4, 1.05, 0.7],
  ])
export const oncoming = (at: number): Actor =>
  car(
    [
      [at, 1.05, 0.6],
      [at + 4, -0.05, 0.6],
    ],
    'red',
  )
export const bicycle = (x: number): Actor => ({
  label: 'two_wheeler',
  size: [0.06, 0.1],
  colour: 'black',
  path: [
    [3, x - 0.2, 0.7],
    [6, x, 0.7],
    [1000, x, 0.7],
  ],
})
export const halfZone = (id: string, left: number, right: number): ZoneConfig => ({
  ...noParkingZone,
  id,
  polygon: [
    [left, 0.5],
    [right, 0.5],
    [right, 0.9],
    [left, 0.9],
  ],
})
export const bus = (from: number, to: number): Actor => ({
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
export const queueOf = (count: number, stop: (index: number) => Actor['path']): Actor[] =>
  Array.from({ length: count }, (_, index) => car(stop(index), (['white', 'black', 'red'] as const)[index % 3]))

export const threePark = queueOf(3, (i) => [
  [5 + i, -0.05, 0.7],
  [9 + i, 0.7 - 0.2 * i, 0.7],
  [1000, 0.7 - 0.2 * i, 0.7],
])
