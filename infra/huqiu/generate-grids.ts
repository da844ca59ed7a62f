// Makes grids.geojson: 180 schematic governance grids in 20 communities. 示意图, not surveyed: the true boundaries are not public.
// Run: node infra/huqiu/generate-grids.ts. Seeded, so that it gives the same file again; a test compares.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { GridFeature, GridFile } from '../../services/contracts/organisation.ts'
import { createRandom } from '../../simulators/random.ts'

type Point = readonly [number, number]

/** Map box of domain.md §8.5, WGS-84. */
const box = { west: 120.56, east: 120.615, south: 31.305, north: 31.35 }
/** degrees of longitude are shorter than degrees of latitude here (domain.md §1.12) */
const stretch = 95_174 / 110_875
const communities = 20
const gridsPerCommunity = 9
/** of the seed: 156 general + 24 dedicated (markets, schools, hospitals, scenic areas, enterprises) */
const dedicated = 24

export function generateGrids(): GridFile {
  const random = createRandom(20_200_628).next
  const whole: Point[] = [
    [box.west * stretch, box.south],
    [box.east * stretch, box.south],
    [box.east * stretch, box.north],
    [box.west * stretch, box.north],
  ]
  const features: GridFeature[] = []
  const areas = inReadingOrder(cells(whole, communities, random))
  for (const [communityIndex, area] of areas.entries()) {
    for (const cell of inReadingOrder(cells(area, gridsPerCommunity, random))) {
      features.push(feature(features.length, communityIndex, cell))
    }
  }
  return { type: 'FeatureCollection', features }
}

function feature(index: number, communityIndex: number, cell: readonly Point[]): GridFeature {
  const number = String(index + 1).padStart(3, '0')
  const community = `C${String(communityIndex + 1).padStart(2, '0')}`
  const within = index % gridsPerCommunity
  // one dedicated grid in each community, and a second in the first ones
  const isDedicated = within === 8 || (within === 7 && communityIndex < dedicated - communities)
  const ring = [...cell, cell[0] as Point].map(([x, y]): [number, number] => [round(x / stretch), round(y)])
  return {
    type: 'Feature',
    properties: {
      id: `G${number}`,
      community,
      kind: isDedicated ? 'dedicated' : 'general',
      name: isDedicated
        ? { zh: `专属网格 ${number}`, en: `Dedicated grid ${number}` }
        : { zh: `综合网格 ${number}`, en: `General grid ${number}` },
    },
    geometry: { type: 'Polygon', coordinates: [ring] },
  }
}

/** Voronoi cells of `count` points inside a convex area, made even by Lloyd's relaxation. */
function cells(area: readonly Point[], count: number, random: () => number): Point[][] {
  let points = Array.from({ length: count }, () => pointInside(area, random))
  let result: Point[][] = []
  for (let round = 0; round < 40; round++) {
    result = points.map((point) =>
      points.reduce<Point[]>((cell, other) => (other === point ? cell : nearerTo(point, other, cell)), [...area]),
    )
    points = result.map(centroid)
  }
  return result
}

/** The part of a convex polygon that is nearer to `point` than to `other` (clipping by the bisector, Sutherland–Hodgman). */
function nearerTo(point: Point, other: Point, polygon: readonly Point[]): Point[] {
  const middle: Point = [(point[0] + other[0]) / 2, (point[1] + other[1]) / 2]
  const side = ([x, y]: Point) => (x - middle[0]) * (other[0] - point[0]) + (y - middle[1]) * (other[1] - point[1])
  const kept: Point[] = []
  for (const [index, from] of polygon.entries()) {
    const to = polygon[(index + 1) % polygon.length] as Point
    const [a, b] = [side(from), side(to)]
    if (a <= 0) kept.push(from)
    if (a * b < 0) kept.push([from[0] + ((to[0] - from[0]) * a) / (a - b), from[1] + ((to[1] - from[1]) * a) / (a - b)])
  }
  return kept
}

function centroid(polygon: readonly Point[]): Point {
  let [area, x, y] = [0, 0, 0]
  for (const [index, a] of polygon.entries()) {
    const b = polygon[(index + 1) % polygon.length] as Point
    const cross = a[0] * b[1] - b[0] * a[1]
    area += cross
    x += (a[0] + b[0]) * cross
    y += (a[1] + b[1]) * cross
  }
  return [x / (3 * area), y / (3 * area)]
}

function pointInside(area: readonly Point[], random: () => number): Point {
  const weights = area.map(() => random() + 0.01)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return area.reduce<Point>(
    ([x, y], corner, index) => {
      const share = (weights[index] as number) / total
      return [x + corner[0] * share, y + corner[1] * share]
    },
    [0, 0],
  )
}

/** North to south in bands, west to east within, as unit grids are numbered (GB/T 30428.1). */
function inReadingOrder(polygons: Point[][]): Point[][] {
  const bands = Math.max(2, Math.round(Math.sqrt(polygons.length)))
  const byNorth = polygons.toSorted((a, b) => centroid(b)[1] - centroid(a)[1])
  const perBand = Math.ceil(polygons.length / bands)
  return Array.from({ length: bands }, (_, band) =>
    byNorth.slice(band * perBand, (band + 1) * perBand).toSorted((a, b) => centroid(a)[0] - centroid(b)[0]),
  ).flat()
}

/** 6 decimals: a tenth of a metre. */
const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6

if (import.meta.main) {
  writeFileSync(path.join(import.meta.dirname, 'grids.geojson'), `${JSON.stringify(generateGrids(), null, 1)}\n`)
}
