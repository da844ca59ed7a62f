// Which vehicle of the ledger was sighted: by place, class and look. Boxes of one camera are compared as boxes; a camera and a drone, or two
// cameras, by WGS-84 places and their errors. Where two would do equally well, none is taken: two vehicles are not made one.
import type { LedgerConfig } from '../contracts/config/ledger.ts'
import type { VehicleSighted } from '../contracts/events/vehicle-sighted-v1.ts'
import type { LedgerRecord } from './entry.ts'

type Rules = Pick<LedgerConfig, 'samePlaceIou' | 'exactPlaceIou' | 'sameLook' | 'accuracyMetres' | 'absenceHours'>
type Box = readonly [number, number, number, number]

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
    .map((record) => ({
      record,
      look: lookDistance(record.look, sighting.look),
      place: placeOf(record, sighting, rules),
    }))
    .filter(({ look, place }) => place !== undefined && (look === undefined || look <= rules.sameLook))
    .sort((a, b) => rank(a.place) - rank(b.place) || (a.look ?? 0) - (b.look ?? 0))
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
    return iou(entry.box, sighting.box) >= placeNeeded(record, sighting, rules) ? 'box' : undefined
  }
  if (!entry.location || !sighting.location) return undefined
  const metres = distance(entry.location, sighting.location)
  return metres <= record.accuracyMetres + (sighting.accuracyMetres ?? rules.accuracyMetres) ? 'ground' : undefined
}

/** After an absence it must stand exactly as before. */
const placeNeeded = ({ absentSince }: LedgerRecord, sighting: VehicleSighted, rules: Rules): number =>
  absentSince !== null && Date.parse(sighting.at) > absentSince ? rules.exactPlaceIou : rules.samePlaceIou

export function iou(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (width <= 0 || height <= 0) return 0
  const area = ([x1, y1, x2, y2]: Box) => (x2 - x1) * (y2 - y1)
  return (width * height) / (area(a) + area(b) - width * height)
}

/** Hellinger distance, 0 (same) to 1; undefined where one is not known. */
function lookDistance(a: readonly number[] | null, b: readonly number[] | undefined): number | undefined {
  if (!a || !b) return undefined
  const alike = a.reduce((sum, share, index) => sum + Math.sqrt(share * (b[index] ?? 0)), 0)
  return Math.sqrt(Math.max(0, 1 - alike))
}

/** Metres between two places, on a plane: right to a millimetre over the tens of metres compared here. */
function distance([lonA, latA]: readonly [number, number], [lonB, latB]: readonly [number, number]): number {
  const metresPerDegree = 111_320
  const east = (lonB - lonA) * metresPerDegree * Math.cos((latA * Math.PI) / 180)
  return Math.hypot(east, (latB - latA) * metresPerDegree)
}
