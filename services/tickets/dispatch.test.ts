// Where a case goes: grid, community and station by place; category by kind and label; the same case by distance and time.
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LonLat } from '../contracts/geometry.ts'
import { loadOrganisation } from '../kernel/config/load-organisation.ts'
import { categoryOf } from './categories.ts'
import { metresBetween } from './distance.ts'
import { sameCase } from './duplicates.ts'
import { createGridLookup } from './grid-lookup.ts'

const organisation = loadOrganisation(path.resolve(import.meta.dirname, '../../infra/huqiu/organisation.yaml'))
const lookUp = createGridLookup(organisation, 50)

describe('the grid of a place', () => {
  it('leads from every grid to its community and station', () => {
    for (const { properties, geometry } of organisation.grids) {
      const ring = geometry.coordinates[0]?.slice(0, -1) ?? []
      const middle: LonLat = [
        ring.reduce((sum, [lon]) => sum + lon, 0) / ring.length,
        ring.reduce((sum, [, lat]) => sum + lat, 0) / ring.length,
      ]
      const place = lookUp(middle)
      expect(place).toMatchObject({ grid: properties.id, community: properties.community })
      const station = organisation.stations.find(({ id }) => id === place?.station)
      expect(station?.communities).toContain(properties.community)
    }
  })

  it('is there for every place of the sub-district, the borders between grids included, and always the same', () => {
    const place = fc.tuple(
      fc.double({ min: 120.56, max: 120.615, noNaN: true }),
      fc.double({ min: 31.305, max: 31.35, noNaN: true }),
    )
    const found = (point: LonLat) => lookUp(point) !== null
    fc.assert(fc.property(place, found), { numRuns: 500 })
    const corners = organisation.grids.flatMap(({ geometry }) => geometry.coordinates[0] ?? [])
    for (const corner of corners) expect(lookUp(corner)).toEqual(lookUp([...corner]))
  })

  it('decides a shared corner for the grid that sorts first, whatever the order of the file', () => {
    const reversed = createGridLookup({ ...organisation, grids: organisation.grids.toReversed() }, 50)
    for (const { geometry } of organisation.grids.slice(0, 40)) {
      const corner = geometry.coordinates[0]?.[0] as LonLat
      expect(reversed(corner)).toEqual(lookUp(corner))
    }
  })

  it('takes a place just outside to the nearest grid and refuses one far away', () => {
    expect(lookUp([120.5596, 31.33])).toMatchObject({ grid: expect.stringMatching(/^G/) })
    expect(lookUp([120.55, 31.33])).toBeNull()
    expect(lookUp([116.4, 39.9])).toBeNull()
  })
})

describe('the category of an alert', () => {
  it.each([
    ['illegal_parking', 'car', '05011'],
    ['illegal_parking', 'large_vehicle', '05011'],
    ['illegal_parking', 'two_wheeler', '05012'],
    ['illegal_parking', null, '05011'],
    ['fire', 'fire', '04001'],
    ['water_level', null, '04082'],
    ['device_offline', null, '06081'],
  ] as const)('of %s %s is %s', (kind, label, code) => {
    expect(categoryOf({ kind, label }, organisation.categories)?.code).toBe(code)
  })
})

describe('the same case', () => {
  const rules = { radiusMetres: 50, withinHours: 24, sameSource: true }
  const hour = 3_600_000
  const open = { ticketId: 't', location: [120.588, 31.327] as LonLat, createdAt: 0, sources: ['river-01'] }
  const candidate = { location: [120.588, 31.3273] as LonLat, source: 'river-02', at: hour }

  it.each([
    ['near in place and time', candidate, rules, true],
    ['too far', { ...candidate, location: [120.588, 31.3275] as LonLat }, rules, false],
    ['too late', { ...candidate, at: 25 * hour }, rules, false],
    ['no place, another source', { ...candidate, location: null }, rules, false],
    ['no place, the same source', { ...candidate, location: null, source: 'river-01' }, rules, true],
    ['told apart by one camera', { ...candidate, source: 'river-01' }, { ...rules, sameSource: false }, false],
    ['seen by another camera', candidate, { ...rules, sameSource: false }, true],
  ])('%s', (_name, given, duplicates, same) => {
    expect(sameCase(given, [open], duplicates) !== undefined).toBe(same)
  })

  it('is the nearest one', () => {
    const near = { ...open, ticketId: 'near', location: [120.588, 31.32725] as LonLat }
    expect(sameCase(candidate, [open, near], rules)?.ticketId).toBe('near')
    expect(metresBetween([120.588, 31.327], [120.588, 31.3273])).toBeCloseTo(33.4, 0)
  })
})
