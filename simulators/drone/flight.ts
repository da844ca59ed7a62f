// A patrol flight as a function of time: waits in the dock, climbs, flies its waypoints, comes home, lands, charges. WGS-84.
import type { LonLat } from '../../services/contracts/geometry.ts'

export interface FlightPlan {
  readonly home: LonLat
  readonly waypoints: readonly LonLat[]
  /** metres above the take-off point */
  readonly altitude: number
  /** metres a second */
  readonly speed: number
  readonly climb: number
  /** seconds in the dock between flights */
  readonly rest: number
}

/** DJI's mode_code (domain.md §1.3) of each phase; 14: not connected, the aircraft is off in the dock. */
export const modeCodes = { off: 14, prepare: 1, takeoff: 4, wayline: 5, home: 9, landing: 10 } as const
export type Phase = keyof typeof modeCodes

export interface FlightState {
  readonly phase: Phase
  readonly position: LonLat
  /** metres above the take-off point */
  readonly elevation: number
  /** degrees from north, -180..180 */
  readonly heading: number
  readonly horizontalSpeed: number
  readonly verticalSpeed: number
  readonly waypoint: number
  /** share of the wayline that is done */
  readonly progress: number
  /** metres to the take-off point */
  readonly homeDistance: number
  /** seconds since this flight was begun; 0 in the dock */
  readonly airborne: number
}

/** metres per degree at 31.33° N (domain.md §1.12) */
const metres = { latitude: 110_875, longitude: 95_174 } as const
const prepareSeconds = 8

/** Length of the wayline and of the way home, in seconds. */
export function flightSeconds(plan: FlightPlan): {
  prepare: number
  climb: number
  wayline: number
  home: number
  landing: number
  whole: number
} {
  const climb = plan.altitude / plan.climb
  const wayline = pathLength([plan.home, ...plan.waypoints]) / plan.speed
  const home = distance(plan.waypoints.at(-1) ?? plan.home, plan.home) / plan.speed
  const landing = plan.altitude / (plan.climb * 0.75)
  return {
    prepare: prepareSeconds,
    climb,
    wayline,
    home,
    landing,
    whole: prepareSeconds + climb + wayline + home + landing,
  }
}

/** State so many seconds after the flight was begun. Past its end, or negative: in the dock. */
export function flightAt(plan: FlightPlan, seconds: number): FlightState {
  const times = flightSeconds(plan)
  const base = {
    position: plan.home,
    elevation: 0,
    heading: 0,
    horizontalSpeed: 0,
    verticalSpeed: 0,
    waypoint: 0,
    progress: 0,
    homeDistance: 0,
    airborne: Math.max(0, seconds),
  }
  if (seconds < 0 || seconds >= times.whole)
    return { ...base, phase: 'off', airborne: 0, progress: seconds < 0 ? 0 : 1 }
  let rest = seconds
  if (rest < times.prepare) return { ...base, phase: 'prepare' }
  rest -= times.prepare
  if (rest < times.climb) return { ...base, phase: 'takeoff', elevation: rest * plan.climb, verticalSpeed: plan.climb }
  rest -= times.climb
  if (rest < times.wayline) {
    const at = along([plan.home, ...plan.waypoints], rest * plan.speed)
    return {
      ...base,
      phase: 'wayline',
      ...at,
      elevation: plan.altitude,
      horizontalSpeed: plan.speed,
      progress: rest / times.wayline,
      homeDistance: distance(at.position, plan.home),
    }
  }
  rest -= times.wayline
  if (rest < times.home) {
    const at = along([plan.waypoints.at(-1) ?? plan.home, plan.home], rest * plan.speed)
    return {
      ...base,
      phase: 'home',
      ...at,
      waypoint: plan.waypoints.length,
      elevation: plan.altitude,
      horizontalSpeed: plan.speed,
      progress: 1,
      homeDistance: distance(at.position, plan.home),
    }
  }
  rest -= times.home
  const down = plan.climb * 0.75
  return {
    ...base,
    phase: 'landing',
    waypoint: plan.waypoints.length,
    elevation: Math.max(0, plan.altitude - rest * down),
    verticalSpeed: -down,
    progress: 1,
  }
}

/** Metres between two places a few kilometres apart. */
export function distance(a: LonLat, b: LonLat): number {
  return Math.hypot((b[0] - a[0]) * metres.longitude, (b[1] - a[1]) * metres.latitude)
}

function pathLength(points: readonly LonLat[]): number {
  return points.slice(1).reduce((sum, point, index) => sum + distance(points[index] as LonLat, point), 0)
}

function along(points: readonly LonLat[], travelled: number): { position: LonLat; heading: number; waypoint: number } {
  let rest = travelled
  for (let i = 0; i + 1 < points.length; i++) {
    const from = points[i] as LonLat
    const to = points[i + 1] as LonLat
    const leg = distance(from, to)
    if (rest > leg && i + 2 < points.length) {
      rest -= leg
      continue
    }
    const share = leg === 0 ? 0 : Math.min(1, rest / leg)
    const east = (to[0] - from[0]) * metres.longitude
    const north = (to[1] - from[1]) * metres.latitude
    return {
      position: [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share],
      heading: (Math.atan2(east, north) * 180) / Math.PI,
      waypoint: i,
    }
  }
  return { position: points.at(-1) ?? [0, 0], heading: 0, waypoint: 0 }
}
