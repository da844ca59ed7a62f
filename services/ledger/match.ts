// Which vehicle of the ledger was sighted: by place, class and look. Boxes of one camera are compared as boxes; a camera and a drone, or two
// cameras, by WGS-84 places and their errors. Where two would do equally well, none is taken: two vehicles are not made one.
import { type Appearance, apartness } from '../contracts/appearance.ts'
import type { LedgerConfig } from '../contracts/config/ledger.ts'
import type { VehicleSighted } from '../contracts/events/vehicle-sighted-v1.ts'
import { overlapOf } from '../contracts/geometry.ts'
import type { LedgerRecord } from './entry.ts'

type Rules = Pick<
  LedgerConfig,
  'samePlaceIou' | 'exactPlaceIou' | 'sameLook' | 'sameAppearance' | 'accuracyMetres' | 'absenceHours'
>

/** Looks nearer to each other than this do not tell two candidates apart. */
const clearlyNearer = 0.1
const motor: readonly string[] = ['car', 'large_vehicle']
const groupOf = (label: string) => (motor.includes(label) ? 'motor' : label)

/** The open record that the sighting is of, or undefined. */
export function matchSighting(
  records: readonly LedgerRecord[],
  sighting: VehicleSighted,
  rules: Rules,
): LedgerRecord | undefined {
  const candidates = records
    .filter(({ entry }) => groupOf(entry.label) === groupOf(sighting.label))
    .map((record) => {
      const place = placeOf(record, sighting, rules)
      const look = lookDistance(record.look, sighting.look)
      // from another camera, or from the air, the same vehicle looks otherwise: there only colours are compared
      const apart = place === 'box' ? nearest(record.appearances, sighting.appearance) : undefined
      const alike = apart === undefined ? look === undefined || look <= rules.sameLook : apart <= rules.sameAppearance
      return { record, place, look, apart, alike }
    })
    .filter(({ place, alike }) => place !== undefined && alike)
    .sort((a, b) => rank(a.place) - rank(b.place) || (a.apart ?? a.look ?? 0) - (b.apart ?? b.look ?? 0))
  const [best, second] = candidates
  if (!best) return undefined
  const isClear =
    !second ||
    best.place !== second.place ||
    best.place === 'box' ||
    (second.look ?? 0) - (best.look ?? 0) > clearlyNearer
  return isClear ? best.record : undefined
}

const rank = (place: 'box' | 'ground' | undefined) => (place === 'box' ? 0 : 1)

function placeOf(record: LedgerRecord, sighting: VehicleSighted, rules: Rules): 'box' | 'ground' | undefined {
  const { entry } = record
  if (entry.cameras[0] === sighting.cameraId && sighting.by === 'cctv') {
    if (!entry.box || !sighting.box) return undefined
    return overlapOf(entry.box, sighting.box) >= placeNeeded(record, sighting, rules) ? 'box' : undefined
  }
  if (!entry.location || !sighting.location) return undefined
  const metres = distance(entry.location, sighting.location)
  return metres <= record.accuracyMetres + (sighting.accuracyMetres ?? rules.accuracyMetres) ? 'ground' : undefined
}

/** After an absence it must stand exactly as before. */
const placeNeeded = ({ absentSince }: LedgerRecord, sighting: VehicleSighted, rules: Rules): number =>
  absentSince !== null && Date.parse(sighting.at) > absentSince ? rules.exactPlaceIou : rules.samePlaceIou

/** Hellinger distance, 0 (same) to 1; undefined where one is not known. */
function lookDistance(a: readonly number[] | null, b: readonly number[] | undefined): number | undefined {
  if (!a || !b) return undefined
  const alike = a.reduce((sum, share, index) => sum + Math.sqrt(share * (b[index] ?? 0)), 0)
  return Math.sqrt(Math.max(0, 1 - alike))
}

/** To the look it had in the light most like today's. */
function nearest(known: readonly Appearance[] | undefined, seen: Appearance | undefined): number | undefined {
  const distances = (known ?? []).map((each) => apartness(each, seen)).filter((each) => each !== undefined)
  return distances.length === 0 ? undefined : Math.min(...distances)
}

/** Metres between two places, on a plane: right to a millimetre over the tens of metres compared here. */
function distance([lonA, latA]: readonly [number, number], [lonB, latB]: readonly [number, number]): number {
  const metresPerDegree = 111_320
  const east = (lonB - lonA) * metresPerDegree * Math.cos((latA * Math.PI) / 180)
  return Math.hypot(east, (latB - latA) * metresPerDegree)
}
