// Coordinates as DJI writes them: latitude and longitude at several depths, 0,0 for "no fix", and sometimes nonsense
// (home_latitude 26836624.6 has been seen). Sane ones stay; the others are taken out of the twin and named in it.
import type { LonLat } from '../../contracts/geometry.ts'
import { isObject, type JsonObject, looseNumber } from '../decoding/read-json.ts'

const latitudes = new Set(['latitude', 'home_latitude', 'measure_target_latitude', 'lat'])
const longitudes = new Set(['longitude', 'home_longitude', 'measure_target_longitude', 'lng', 'lon'])

/** Where the device is; undefined without a fix or out of range. */
export function locationOf(data: JsonObject): LonLat | undefined {
  const longitude = looseNumber(data.longitude)
  const latitude = looseNumber(data.latitude)
  if (longitude === undefined || latitude === undefined || (longitude === 0 && latitude === 0)) return undefined
  return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 ? [longitude, latitude] : undefined
}

/** The data without coordinates that are no WGS-84 degrees, and those by their path. The data itself is returned where all are sane. */
export function withoutWildCoordinates(data: JsonObject): {
  readonly kept: JsonObject
  readonly refused: Record<string, unknown>
} {
  const refused: Record<string, unknown> = {}
  const kept = prune(data, '', refused)
  return { kept, refused }
}

function prune(value: JsonObject, path: string, refused: Record<string, unknown>): JsonObject {
  let copy: Record<string, unknown> | undefined
  for (const [key, item] of Object.entries(value)) {
    const place = path === '' ? key : `${path}.${key}`
    const bound = latitudes.has(key) ? 90 : longitudes.has(key) ? 180 : undefined
    const number = bound === undefined ? undefined : looseNumber(item)
    if (bound !== undefined && number !== undefined && Math.abs(number) > bound) {
      copy ??= { ...value }
      delete copy[key]
      refused[place.slice(0, 128)] = item
    } else if (isObject(item)) {
      const inner = prune(item, place, refused)
      if (inner !== item) {
        copy ??= { ...value }
        copy[key] = inner
      }
    }
  }
  return copy ?? value
}
