// Every kind of road user by name, its class for detectors, and its rough footprint.

import type { Random } from '../../../random.ts'
import type { Mesh } from '../mesh.ts'
import { createCar } from './car.ts'
import { carKinds } from './car-shape.ts'
import { createLargeVehicle, largeKinds } from './large-vehicle.ts'
import { createPedestrian } from './person.ts'
import { createTwoWheeler } from './two-wheeler.ts'

/** Order of the classes in label files and in the `street` model. */
export const objectClasses = ['car', 'large_vehicle', 'two_wheeler', 'person'] as const
export type ObjectClass = (typeof objectClasses)[number]

export const roadUserKinds = [
  ...carKinds,
  ...largeKinds,
  'e_bike',
  'motorcycle',
  'bicycle',
  'e_bike_alone',
  'motorcycle_alone',
  'bicycle_alone',
  'pedestrian',
] as const
export type RoadUserKind = (typeof roadUserKinds)[number]

export interface RoadUser {
  readonly kind: RoadUserKind
  readonly objectClass: ObjectClass
  readonly mesh: Mesh
  /** metres */
  readonly length: number
  readonly width: number
}

/** One of a kind, its looks drawn by chance; `stride` (-1..1) is the phase of a walker's step. */
export function createRoadUser(kind: RoadUserKind, random: Random, stride?: number): RoadUser {
  const mesh = createMesh(kind, random, stride)
  const extent = (axis: number) => {
    let reach = 0
    for (let i = axis; i < mesh.positions.length; i += 3) reach = Math.max(reach, Math.abs(mesh.positions[i] as number))
    return 2 * reach
  }
  return { kind, objectClass: classOf(kind), mesh, length: extent(0), width: extent(1) }
}

export function classOf(kind: RoadUserKind): ObjectClass {
  if ((carKinds as readonly string[]).includes(kind)) return 'car'
  if ((largeKinds as readonly string[]).includes(kind)) return 'large_vehicle'
  return kind === 'pedestrian' ? 'person' : 'two_wheeler'
}

function createMesh(kind: RoadUserKind, random: Random, stride?: number): Mesh {
  switch (kind) {
    case 'sedan':
    case 'hatchback':
    case 'suv':
    case 'mpv':
    case 'microvan':
      return createCar(kind, random)
    case 'bus':
    case 'box_truck':
    case 'open_truck':
      return createLargeVehicle(kind, random)
    case 'e_bike':
    case 'motorcycle':
    case 'bicycle':
      return createTwoWheeler(kind, true, random)
    case 'e_bike_alone':
      return createTwoWheeler('e_bike', false, random)
    case 'motorcycle_alone':
      return createTwoWheeler('motorcycle', false, random)
    case 'bicycle_alone':
      return createTwoWheeler('bicycle', false, random)
    case 'pedestrian':
      return createPedestrian(random, stride)
  }
}
