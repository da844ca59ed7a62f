// Zones: inside or not, inertia, hours in local time, classes of each kind.
import { describe, expect, it } from 'vitest'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import { boundsOf, polygonHolds, shareInside } from '../geometry/polygon.ts'
import { zonesOf } from './camera-zones.ts'
import { createZoneHours } from './zone-hours.ts'
import { nowhere, rememberZones } from './zone-inertia.ts'
import { classesOf } from './zone-rules.ts'

const hook: [number, number][] = [
  [0.1, 0.1],
  [0.9, 0.1],
  [0.9, 0.9],
  [0.6, 0.9],
  [0.6, 0.4],
  [0.1, 0.4],
]

describe('polygons', () => {
  it.each([
    [[0.2, 0.2], true],
    [[0.8, 0.8], true],
    [[0.3, 0.7], false],
    [[0.95, 0.5], false],
    [[0.1, 0.2], true],
    [[0.9, 0.2], false],
  ] as [[number, number], boolean][])('hold %j: %s', (point, inside) => {
    expect(polygonHolds(hook, point)).toBe(inside)
  })

  it('share no point with a neighbour', () => {
    const left: [number, number][] = [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ]
    const right: [number, number][] = [
      [0.5, 0],
      [1, 0],
      [1, 1],
      [0.5, 1],
    ]
    for (let y = 0.05; y < 1; y += 0.1) {
      expect([polygonHolds(left, [0.5, y]), polygonHolds(right, [0.5, y])]).toEqual([false, true])
    }
  })

  it('have bounds, and know how much of a box lies inside', () => {
    expect(boundsOf(hook)).toEqual([0.1, 0.1, 0.9, 0.9])
    expect(shareInside(hook, [0.6, 0.5, 0.9, 0.8])).toBe(1)
    expect(shareInside(hook, [0.1, 0.1, 0.6, 0.7])).toBeCloseTo(0.5, 1)
    expect(shareInside(hook, [0.1, 0.5, 0.5, 0.9])).toBe(0)
  })
})

describe('inertia', () => {
  const walk = (frames: readonly string[][]) => {
    let memory = nowhere
    return frames.map((inside) => {
      memory = rememberZones(memory, inside, 3)
      return memory.held.join()
    })
  }
  it('lets in after three frames in a row, and out after three', () => {
    const [a, none] = [['a'], [] as string[]]
    expect(walk([a, a, none, a, a, a, none, none, a, none, none, none])).toEqual([
      '',
      '',
      '',
      '',
      '',
      'a',
      'a',
      'a',
      'a',
      'a',
      'a',
      '',
    ])
  })
  it('keeps zones apart', () => {
    expect(walk([['a'], ['a', 'b'], ['a', 'b'], ['b'], ['b'], ['b']])).toEqual(['', '', 'a', 'a,b', 'a,b', 'b'])
  })
})

describe('hours', () => {
  // Suzhou is 8 hours ahead of UTC all year.
  it.each([
    ['07:00-20:00', '2020-06-27T22:59:00Z', false],
    ['07:00-20:00', '2020-06-27T23:00:00Z', true],
    ['07:00-20:00', '2020-06-28T11:59:59Z', true],
    ['07:00-20:00', '2020-06-28T12:00:00Z', false],
    ['22:00-06:00', '2020-06-28T15:00:00Z', true],
    ['22:00-06:00', '2020-06-28T21:59:00Z', true],
    ['22:00-06:00', '2020-06-28T04:00:00Z', false],
    ['00:00-24:00', '2020-06-28T04:00:00Z', true],
    ['20:00-24:00', '2020-06-28T15:59:00Z', true],
    ['20:00-24:00', '2020-06-28T16:00:00Z', false],
  ])('%s at %s: %s', (hours, at, active) => {
    expect(createZoneHours(hours, 'Asia/Shanghai')(Date.parse(at))).toBe(active)
  })
  it('follow summer time where there is one', () => {
    const active = createZoneHours('07:00-08:00', 'Europe/Berlin')
    expect(active(Date.parse('2020-01-15T06:30:00Z'))).toBe(true)
    expect(active(Date.parse('2020-07-15T05:30:00Z'))).toBe(true)
  })
})

describe('kinds', () => {
  const zone = (changes: Partial<ZoneConfig>): ZoneConfig => ({
    id: 'z',
    kind: 'no_parking',
    polygon: hook,
    classes: [],
    hours: '00:00-24:00',
    ...changes,
  })
  it('count motor vehicles, non-motor vehicles, or what a zone names', () => {
    expect(classesOf(zone({}))).toEqual(['car', 'large_vehicle'])
    expect(classesOf(zone({ kind: 'pavement' }))).toEqual(['two_wheeler'])
    expect(classesOf(zone({ kind: 'watch' }))).toBeUndefined()
    expect(classesOf(zone({ classes: ['tricycle'] }))).toEqual(['tricycle'])
  })
  it('are given by the camera where it has no zones', () => {
    expect(zonesOf({ kind: 'kitchen', zones: [] })).toMatchObject([{ id: 'view', kind: 'kitchen' }])
    const shop = { kind: 'kitchen' as const, openingHours: '10:00-21:00' }
    expect(zonesOf({ ...shop, zones: [] })).toMatchObject([{ hours: '10:00-21:00' }])
    const own = zone({ kind: 'kitchen', hours: '06:00-23:00' })
    expect(zonesOf({ ...shop, zones: [own, zone({})] }).map(({ hours }) => hours)).toEqual([
      '06:00-23:00',
      '00:00-24:00',
    ])
    expect(zonesOf({ kind: 'river', zones: [] })).toMatchObject([{ kind: 'river_surface' }])
    expect(zonesOf({ kind: 'drone', zones: [zone({})] })).toHaveLength(1)
  })
})
