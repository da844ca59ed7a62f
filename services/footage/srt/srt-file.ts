// A whole .SRT side-car: its cues, and in which order its GPS tuples are written. Pure.
// On every recorded sample GPS(...) is lon,lat, but for the Matrice 300 (lat,lon); texts about the format say otherwise (domain.md §1.10).
// So the order is decided by what is possible at all, then by where the drones fly, and only then by the style.
import { cueTimes, readCue, type SrtCue } from './srt-cue.ts'

/** west, south, east, north in degrees */
export type Area = readonly [number, number, number, number]

export interface SrtFile {
  readonly cues: readonly SrtCue[]
  /** `named` coordinates, tuples in either order, or none */
  readonly coordinates: 'named' | 'lon,lat' | 'lat,lon' | 'none'
  /** [longitude, latitude] of a cue, WGS-84; undefined without fix */
  positionOf(cue: SrtCue): [number, number] | undefined
}

/** Reads a side-car. One without a single cue that tells something has no cues; nothing is thrown. */
export function readSrt(text: string, operatingArea: Area): SrtFile {
  const cues = blocksOf(text).flatMap((block) => readCue(block) ?? [])
  const coordinates = cues.some(({ position }) => position) ? 'named' : orderOf(cues, operatingArea)
  return {
    cues,
    coordinates,
    positionOf({ position, tuple }) {
      if (position) return [...position]
      if (tuple === undefined || coordinates === 'none') return undefined
      const [a, b] = tuple
      const [longitude, latitude] = coordinates === 'lat,lon' ? [b, a] : [a, b]
      return isPlace(longitude, latitude) ? [longitude, latitude] : undefined
    },
  }
}

/** Texts of cues: from one time line to the next; where there are none, from blank line to blank line. */
function blocksOf(text: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n')
  if (!lines.some((line) => cueTimes.test(line))) return lines.join('\n').split(/\n\s*\n/)
  const blocks: string[][] = []
  for (const line of lines) {
    if (cueTimes.test(line)) blocks.push([line])
    else blocks.at(-1)?.push(line)
  }
  return blocks.map((block) => block.join('\n'))
}

const isPlace = (longitude: number, latitude: number) => Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90

function orderOf(cues: readonly SrtCue[], area: Area): SrtFile['coordinates'] {
  const tuples = cues.flatMap(({ tuple }) => (tuple ? [tuple] : []))
  if (tuples.length === 0) return 'none'
  const share = (test: (a: number, b: number) => boolean) =>
    tuples.filter(([a, b]) => test(a, b)).length / tuples.length
  const possible = share(isPlace) - share((a, b) => isPlace(b, a))
  if (possible !== 0) return possible > 0 ? 'lon,lat' : 'lat,lon'
  const near = share((a, b) => isInside(area, a, b)) - share((a, b) => isInside(area, b, a))
  if (near !== 0) return near > 0 ? 'lon,lat' : 'lat,lon'
  return cues.some(({ tupleHasUnit }) => tupleHasUnit) ? 'lat,lon' : 'lon,lat'
}

const isInside = ([west, south, east, north]: Area, longitude: number, latitude: number) =>
  longitude >= west && longitude <= east && latitude >= south && latitude <= north
