// A street camera as data: the street, where the camera hangs, the light, what drives there, and who parks where it must not.
import type { ZoneConfig } from '../../services/contracts/config/cameras.ts'
import type { LightKind } from './scene/light.ts'
import type { RoadUserKind } from './scene/objects/catalogue.ts'
import type { StreetOptions } from './scene/street.ts'

/** A piece of ground: x across, y along, in metres of the scene. */
export interface Patch {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
}

export interface LaneScript {
  readonly id: string
  readonly x: number
  /** +1 away from the camera, -1 towards it */
  readonly way: 1 | -1
  readonly kinds: readonly RoadUserKind[]
  /** arrivals a minute */
  readonly perMinute: number
  /** metres a second */
  readonly speed: number
  /** where it waits at red */
  readonly stopLine?: number
}

export interface ParkingScript {
  readonly lane: string
  readonly kind: RoadUserKind
  /** where it comes to stand */
  readonly x: number
  readonly y: number
  /** when it begins to pull in, seconds after the start */
  readonly at: number
  /** how long it stands */
  readonly seconds: number
  /** then again after this many seconds from `at`; absent: once */
  readonly everySeconds?: number
}

export interface StandingScript {
  readonly kind: RoadUserKind
  readonly x: number
  readonly y: number
  readonly heading: number
}

export interface StreetScript {
  readonly seed: number
  readonly street: StreetOptions
  readonly light: LightKind
  readonly view: {
    readonly position: readonly [number, number, number]
    readonly yaw: number
    readonly pitch: number
    readonly fieldOfView: number
  }
  readonly lanes: readonly LaneScript[]
  /** seconds of green and of red */
  readonly signal?: { readonly green: number; readonly red: number }
  readonly parking: readonly ParkingScript[]
  readonly standing: readonly StandingScript[]
  /** walkers a minute on each pavement */
  readonly walkersPerMinute: number
  readonly zones: readonly (Patch & Pick<ZoneConfig, 'id' | 'kind' | 'classes'> & { readonly dwellSeconds: number })[]
}

export const frameSize = { width: 640, height: 360 } as const
