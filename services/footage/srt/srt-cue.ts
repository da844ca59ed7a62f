// One cue of a DJI .SRT side-car: every style that DJI's models write, read by what is there and not by model. Pure.
// Sources of the styles: domain.md §1.10 (CallMarcus/dji-drone-metadata-embedder, JuanIrache/DJI_SRT_Parser), checked on recorded samples.

export interface SrtCue {
  /** place of the cue in the video, milliseconds; undefined where the style has no cue times */
  readonly from: number | undefined
  readonly to: number | undefined
  /** wall clock of the drone, without zone: `2022-08-07T13:40:40.774` */
  readonly localTime: string | undefined
  /** named coordinates: [longitude, latitude] in degrees; [0, 0] (no fix) is undefined */
  readonly position: readonly [number, number] | undefined
  /** GPS(a, b, …): lon,lat or lat,lon, decided for the whole file (srt-file.ts) */
  readonly tuple: readonly [number, number] | undefined
  /** a tuple as the Matrice 300 writes it, with the unit after its height */
  readonly tupleHasUnit: boolean
  /** metres above the take-off point */
  readonly relativeAltitude: number | undefined
  /** metres, as written: above the ellipsoid or the sea by model */
  readonly absoluteAltitude: number | undefined
  /** degrees, earth-referenced */
  readonly gimbal: { readonly pitch: number; readonly roll: number; readonly yaw: number } | undefined
  readonly iso: number | undefined
  /** f-number, e.g. 2.8 */
  readonly aperture: number | undefined
  /** millimetres, 35 mm equivalent */
  readonly focalLength: number | undefined
}

/** Reads the text of one cue, with or without its number and time line. Undefined if it tells nothing of a flight. */
export function readCue(text: string): SrtCue | undefined {
  const plain = text.slice(0, longestCue).replace(/<[^<>]*>/g, ' ')
  const times = cueTimes.exec(plain)
  const body = times ? plain.slice(times.index + times[0].length) : plain
  const gps = gpsTuple.exec(body)
  const tuple = gps ? pair(gps[1], gps[2]) : undefined
  const position = pair(named(body, 'long?t?itude'), named(body, 'latitude'))
  const cue: SrtCue = {
    from: times ? milliseconds(times.slice(1, 5)) : undefined,
    to: times ? milliseconds(times.slice(5, 9)) : undefined,
    localTime: readLocalTime(body),
    position: position && inRange(position) && !isZero(position) ? position : undefined,
    tuple: tuple && !isZero(tuple) ? tuple : undefined,
    tupleHasUnit: gps?.[4] !== undefined,
    relativeAltitude: number(named(body, 'rel_alt') ?? heightOf.exec(body)?.[1] ?? barometer.exec(body)?.[1]),
    absoluteAltitude: number(named(body, 'abs_alt') ?? named(body, 'altitude') ?? gps?.[3]),
    gimbal: readGimbal(body),
    iso: number(named(body, 'iso') ?? /\bISO\s+(\d+)/.exec(body)?.[1]),
    aperture: readAperture(body),
    focalLength: scaled(number(named(body, 'focal_len')), 200, 10),
  }
  const { localTime, relativeAltitude, absoluteAltitude, iso } = cue
  const told = [cue.position, cue.tuple, localTime, relativeAltitude, absoluteAltitude, iso, cue.gimbal]
  return told.some((value) => value !== undefined) ? cue : undefined
}

/** Real ones have some 400 characters; rubbish must not cost the patterns much time. */
const longestCue = 2000
export const cueTimes = /(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3})\s{0,9}-->\s{0,9}(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3})/
const decimal = '[-+]?\\d{1,9}(?:\\.\\d{1,12})?'
const gpsTuple = new RegExp(
  `\\bGPS\\s*\\(\\s*(${decimal})\\s*,\\s*(${decimal})\\s*(?:,\\s*(${decimal})\\s*([mM])?\\s*)?\\)`,
)
const heightOf = new RegExp(`\\bH[ =](${decimal})\\s*m`)
const barometer = new RegExp(`\\bBAROMETER\\s*[:(]\\s*(${decimal})`)
const gimbalTuple = new RegExp(
  `\\bG\\.PRY\\s*\\(\\s*(${decimal})[^,)]*,\\s*(${decimal})[^,)]*,\\s*(${decimal})[^,)]*\\)`,
)
const wallClock = /\b(\d{4})[-.](\d\d)[-.](\d\d)\s+(\d\d):(\d\d):(\d\d)(?:[,.](\d{3}))?/

/** `[key : value]`, `key: value` within a shared bracket, `Key:value`; spaces before the colon vary. */
function named(body: string, key: string): string | undefined {
  const value = new RegExp(`(?:^|[\\s\\[])${key}\\s*:\\s*([-+]?[\\d.]+)`, 'i').exec(body)?.[1]
  return value === undefined || value === '' ? undefined : value
}

function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

function pair(first: string | undefined, second: string | undefined): readonly [number, number] | undefined {
  const [a, b] = [number(first), number(second)]
  return a === undefined || b === undefined ? undefined : [a, b]
}

const inRange = ([longitude, latitude]: readonly [number, number]) =>
  Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90
/** Zero coordinates stand for "no fix". */
const isZero = ([a, b]: readonly [number, number]) => a === 0 && b === 0

function milliseconds(parts: readonly (string | undefined)[]): number {
  const [hours = 0, minutes = 0, seconds = 0] = parts.map(Number)
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((parts[3] ?? '0').padEnd(3, '0'))
}

function readLocalTime(body: string): string | undefined {
  const [, year, month, day, hour, minute, second, milli = '000'] = wallClock.exec(body) ?? []
  if (year === undefined) return undefined
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milli}`
  const time = new Date(`${text}Z`)
  // 2020-02-31 and 25:00 are no times
  return !Number.isNaN(time.getTime()) && time.toISOString() === `${text}Z` ? text : undefined
}

function readGimbal(body: string): SrtCue['gimbal'] {
  const tuple = gimbalTuple.exec(body)
  const [pitch, roll, yaw] = tuple
    ? tuple.slice(1, 4).map(number)
    : ['gb_pitch', 'gb_roll', 'gb_yaw'].map((key) => number(named(body, key)))
  return pitch === undefined || roll === undefined || yaw === undefined ? undefined : { pitch, roll, yaw }
}

function readAperture(body: string): number | undefined {
  const literal = /(?:^|\s)F\/([\d.]+)/.exec(body)?.[1]
  return number(literal) ?? scaled(number(named(body, 'fnum')), 20, 100)
}

/** Older firmware writes hundredths and tenths: values beyond what lenses have. */
const scaled = (value: number | undefined, above: number, by: number) =>
  value !== undefined && value > above ? value / by : value
