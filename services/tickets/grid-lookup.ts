// Where a case belongs: grid by point in polygon, then its community and station. Pure; boundary ties are decided once, by the grid's id.
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import type { LonLat } from '../contracts/geometry.ts'
import type { GridFeature, Organisation } from '../contracts/organisation.ts'
import { metresToPolygon } from './distance.ts'

export interface GridPlace {
  readonly grid: string
  readonly community: string
  readonly station: string
}

/**
 * Answers with the grid of a WGS-84 point; null if it lies outside all of them and none is within `toleranceMetres`.
 * A point on a shared boundary belongs to the grid whose id sorts first.
 */
export function createGridLookup(
  { grids, stations }: Pick<Organisation, 'grids' | 'stations'>,
  toleranceMetres: number,
): (point: LonLat) => GridPlace | null {
  const stationOf = new Map(stations.flatMap(({ id, communities }) => communities.map((community) => [community, id])))
  const cells = grids
    .toSorted((a, b) => (a.properties.id < b.properties.id ? -1 : 1))
    .map((feature) => ({ feature, box: boxOf(feature) }))
  const place = ({ properties: { id, community } }: GridFeature): GridPlace => ({
    grid: id,
    community,
    station: stationOf.get(community) ?? '',
  })

  return (point) => {
    const inside = cells.find(
      ({ feature, box }) => within(point, box) && booleanPointInPolygon([...point], feature.geometry),
    )
    if (inside) return place(inside.feature)
    const nearest = cells
      .map(({ feature }) => ({ feature, metres: metresToPolygon(point, feature.geometry.coordinates[0] ?? []) }))
      .sort((a, b) => a.metres - b.metres)[0]
    return nearest && nearest.metres <= toleranceMetres ? place(nearest.feature) : null
  }
}

type Box = readonly [west: number, south: number, east: number, north: number]

function boxOf({ geometry }: GridFeature): Box {
  const ring = geometry.coordinates[0] ?? []
  const [longitudes, latitudes] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)]
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)]
}

const within = ([lon, lat]: LonLat, [west, south, east, north]: Box): boolean =>
  lon >= west && lon <= east && lat >= south && lat <= north
