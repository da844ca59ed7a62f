import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { createStreet } from './scene/street.ts'
import type { StreetScript } from './street-script.ts'
import { streets } from './streets/all-streets.ts'
import { type Actor, createTraffic } from './traffic.ts'

const start = (script: StreetScript) =>
  createTraffic(script, createStreet(script.street, createRandom(1)), createRandom(script.seed))
const motors = (actors: readonly Actor[]) => actors.filter(({ length }) => length > 4)

describe.each(Object.entries(streets))('traffic of %s', (_name, script: StreetScript) => {
  it('is the same for the same seed', () => {
    const [a, b] = [start(script), start(script)]
    for (let i = 0; i < 300; i++) {
      a.step(0.2)
      b.step(0.2)
    }
    expect(a.actors).toEqual(b.actors)
  })

  it('has vehicles that come and go, and never one driving through another in its lane', () => {
    const traffic = start(script)
    const seen = new Set<number>()
    let overlaps = 0
    for (let i = 0; i < 1500; i++) {
      traffic.step(0.2)
      const driving = motors(traffic.actors).filter(({ speed }) => speed > 0.5)
      for (const actor of driving) {
        seen.add(actor.id)
        for (const other of driving)
          if (
            other.id > actor.id &&
            Math.abs(other.x - actor.x) < 0.6 &&
            Math.abs(other.y - actor.y) < 2.5 &&
            Math.abs(other.y) < 60
          )
            overlaps++
      }
    }
    expect(seen.size).toBeGreaterThan(20)
    expect(overlaps).toBe(0)
    expect(traffic.actors.length).toBeLessThan(60)
  })

  it('has those who park stand in the zone for their time, and leave', () => {
    const traffic = start(script)
    const zone = script.zones[0]
    if (!zone) throw new Error('no zone')
    const stood = new Map<number, number>()
    for (let i = 0; i < 600 * 5; i++) {
      traffic.step(0.2)
      for (const { id, x, y, speed } of motors(traffic.actors))
        if (speed === 0 && x > zone.x[0] && x < zone.x[1] && y > zone.y[0] && y < zone.y[1])
          stood.set(id, (stood.get(id) ?? 0) + 0.2)
    }
    const long = [...stood.values()].filter((seconds) => seconds > zone.dwellSeconds)
    const planned = script.parking.filter(({ at, seconds }) => at < 500 && seconds > zone.dwellSeconds)
    expect(long.length).toBeGreaterThanOrEqual(planned.length)
    expect(Math.max(...long)).toBeLessThan(150)
  })
})

describe('the back lane at the start', () => {
  it('has a car standing at the yellow kerb within ten seconds, and still after thirty', () => {
    const traffic = start(streets.backLane)
    const standing = () => motors(traffic.actors).filter(({ x, speed }) => x > 3.5 && x < 5 && speed === 0)
    traffic.step(10)
    expect(standing()).toHaveLength(1)
    const [first] = standing()
    traffic.step(30)
    expect(standing().map(({ id }) => id)).toContain(first?.id)
  })
})

describe('the light at the estate gate', () => {
  it('makes vehicles queue before the line and lets them go', () => {
    const traffic = start(streets.estateGate)
    let longest = 0
    for (let i = 0; i < 300 * 5; i++) {
      traffic.step(0.2)
      const waiting = motors(traffic.actors).filter(
        ({ x, y, speed }) => speed === 0 && Math.abs(x - 1.6) < 0.3 && y < 31.5,
      )
      longest = Math.max(longest, waiting.length)
      for (const { y, length } of waiting) expect(y + length / 2).toBeLessThan(32.5)
    }
    expect(longest).toBeGreaterThanOrEqual(2)
  })
})
