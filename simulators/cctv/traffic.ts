// Traffic of one street, stepped through time: vehicles follow each other (Intelligent Driver Model, Treiber, Hennecke, Helbing 2000), wait at red,
// some pull in to the kerb, stand and leave again; people walk on the pavements. The same seed and steps give the same traffic.

import type { Random } from '../random.ts'
import { createKerbside, type Kerbside } from './kerbside.ts'
import type { RoadUserKind } from './scene/objects/catalogue.ts'
import type { Street } from './scene/street.ts'
import type { LaneScript, StreetScript } from './street-script.ts'

export interface Actor {
  readonly id: number
  readonly kind: RoadUserKind
  /** which of the looks of its kind */
  readonly look: number
  x: number
  y: number
  heading: number
  speed: number
  /** metres */
  readonly length: number
}

export interface Traffic {
  /** Moves everything on by some seconds. */
  step(seconds: number): void
  readonly seconds: number
  readonly actors: readonly Actor[]
}

export const far = 75
export const near = -8
const walkPhases = 2
const looksPerKind = 3
const lengths: Partial<Record<RoadUserKind, number>> = {
  bus: 11,
  box_truck: 7.5,
  open_truck: 7.5,
  pedestrian: 0.5,
  e_bike: 1.8,
  motorcycle: 2,
  bicycle: 1.8,
}
export const lengthOf = (kind: RoadUserKind) => lengths[kind] ?? 4.7

export interface Driver extends Actor {
  readonly lane: LaneScript
  readonly wish: number
  /** where it must stop, as y; set by the kerbside */
  target: number | undefined
  /** no longer in the way of those behind */
  aside: boolean
}

export function createTraffic(script: StreetScript, street: Street, random: Random): Traffic {
  const drivers: Driver[] = []
  const walkers: Actor[] = []
  const standing: Actor[] = []
  let nextId = 1
  let time = 0
  const arrivals = new Map(script.lanes.map((lane) => [lane.id, random.range(0, 60 / lane.perMinute)]))
  let nextWalker = 0

  /** Each lane has a fleet of its own: few vehicles, seen again and again, so that their pictures need not be drawn anew. */
  const lookOf = (lane: LaneScript, kind: RoadUserKind) => {
    const among = lane.kinds.flatMap((name, index) => (name === kind ? [index] : []))
    return script.lanes.indexOf(lane) * 16 + (among.length > 0 ? random.pick(among) : 15)
  }
  const drive = (lane: LaneScript, kind: RoadUserKind, y: number, speed: number): Driver => {
    const driver: Driver = {
      id: nextId++,
      kind,
      look: lookOf(lane, kind),
      x: lane.x,
      y,
      heading: (lane.way * Math.PI) / 2,
      speed,
      length: lengthOf(kind),
      lane,
      wish: lane.speed * random.range(0.85, 1.15),
      target: undefined,
      aside: false,
    }
    drivers.push(driver)
    return driver
  }
  const kerbside: Kerbside = createKerbside(script, drive)

  for (const item of script.standing)
    standing.push({ ...item, id: nextId++, look: random.integer(looksPerKind), speed: 0, length: lengthOf(item.kind) })
  // the street is already in use when the camera is switched on
  for (const lane of script.lanes)
    for (let y = 12; y < 60; y += random.range(10, 60 * (lane.speed / lane.perMinute) + 12))
      if (random.chance(0.5)) drive(lane, random.pick(lane.kinds), y, lane.speed)
  for (let i = 0; i < script.walkersPerMinute / 2; i++) walk(random.range(8, 55))

  function walk(y?: number): void {
    const side = random.chance(0.5) ? 1 : 0
    const way = random.chance(0.5) ? 1 : -1
    const pavement = (side === 0 ? street.left : street.right).pavement
    const edge = street.kerbs[side]
    const sign = side === 0 ? -1 : 1
    walkers.push({
      id: nextId++,
      kind: 'pedestrian',
      look: random.integer(looksPerKind),
      x: edge + sign * random.range(0.7, Math.max(0.8, pavement - 0.4)),
      y: y ?? (way > 0 ? near + 6 : far),
      heading: (way * Math.PI) / 2,
      speed: random.range(1, 1.5),
      length: 0.5,
    })
  }

  function arrive(): void {
    for (const lane of script.lanes) {
      const at = arrivals.get(lane.id) ?? 0
      if (time < at) continue
      const start = lane.way > 0 ? near : far
      const room = drivers.every((other) => other.lane !== lane || Math.abs(other.y - start) > 12)
      if (room) drive(lane, random.pick(lane.kinds), start, lane.speed)
      arrivals.set(lane.id, time + (room ? (-Math.log(1 - random.next()) * 60) / lane.perMinute + 1.5 : 1))
    }
    if (time >= nextWalker && script.walkersPerMinute > 0) {
      walk()
      nextWalker = time + (-Math.log(1 - random.next()) * 60) / script.walkersPerMinute
    }
  }

  const red = () => {
    if (!script.signal) return false
    const { green, red } = script.signal
    return time % (green + red) >= green
  }

  return {
    get seconds() {
      return time
    },
    get actors() {
      return [
        ...standing,
        ...drivers,
        ...walkers.map((walker) => ({
          ...walker,
          look: walker.look * walkPhases + (Math.floor(time * 2.2 + walker.id) % walkPhases),
        })),
      ]
    },
    step(seconds) {
      for (let rest = seconds; rest > 1e-9; ) {
        const dt = Math.min(0.1, rest)
        rest -= dt
        time += dt
        arrive()
        kerbside.step(time, drivers)
        for (const driver of drivers) follow(driver, drivers, red(), dt)
        for (const walker of walkers) walker.y += Math.sign(walker.heading) * walker.speed * dt
        remove(drivers, (driver) => beyond(driver.y, driver.lane.way))
        remove(walkers, (walker) => beyond(walker.y, Math.sign(walker.heading)))
      }
    },
  }
}

/** One step of the Intelligent Driver Model against whatever is ahead: a vehicle, a red light, the place to stop at. */
function follow(driver: Driver, drivers: readonly Driver[], red: boolean, dt: number): void {
  const way = driver.lane.way
  let gap = Number.POSITIVE_INFINITY
  let closing = 0
  const consider = (distance: number, otherSpeed: number) => {
    if (distance < gap && distance > -3) {
      gap = distance
      closing = driver.speed - otherSpeed
    }
  }
  if (!driver.aside)
    for (const other of drivers) {
      if (other === driver || other.aside || other.lane !== driver.lane) continue
      const ahead = (other.y - driver.y) * way
      if (ahead > 0) consider(ahead - (driver.length + other.length) / 2 - 0.5, other.speed)
    }
  if (red && driver.lane.stopLine !== undefined) {
    const ahead = (driver.lane.stopLine - driver.y) * way - driver.length / 2
    if (ahead > -0.5 && ahead > (driver.speed * driver.speed) / 9 - 1) consider(ahead, 0)
  }
  if (driver.target !== undefined) consider(Math.max(0, (driver.target - driver.y) * way) + 1.2, 0)
  const wished = 1.2 + Math.max(0, driver.speed * 1.3 + (driver.speed * closing) / (2 * Math.sqrt(1.4 * 2)))
  const acceleration =
    1.4 *
    (1 -
      (driver.speed / driver.wish) ** 4 -
      (gap === Number.POSITIVE_INFINITY ? 0 : (wished / Math.max(0.3, gap)) ** 2))
  driver.speed = Math.max(0, driver.speed + Math.max(-7, acceleration) * dt)
  if (driver.speed < 0.08 && gap < 1.8) driver.speed = 0
  driver.y += way * driver.speed * dt
}

function beyond(y: number, way: number): boolean {
  return way > 0 ? y > far : y < near - 4
}

function remove<T>(items: T[], gone: (item: T) => boolean): void {
  for (let i = items.length - 1; i >= 0; i--) if (gone(items[i] as T)) items.splice(i, 1)
}
