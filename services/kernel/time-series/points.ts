// What both time-series adapters agree on: which points are taken, how tags are written, which questions are sensible.
import { AppError } from '../../contracts/errors.ts'
import type { Point, SeriesSelector, TimeRange } from './time-series.ts'

export const defaultRangeLimit = 10_000
export const defaultLastWithinMs = 7 * 86_400_000
/** `last` also sees samples of devices whose clocks run ahead by at most this. */
export const clockAheadMs = 5 * 60_000
/** the last millisecond of signed 64-bit nanoseconds */
export const latestTime = 9_223_372_036_853
/** more windows than this in one question are a mistake */
const mostWindows = 100_000

export type Tags = Readonly<Record<string, string>>

/**
 * The points that a store keeps: tags in order of their names and without empty ones, nothing older than `oldest` (ms since the epoch).
 * QLY_INPUT_INVALID for a point without a measurement, a field, finite numbers or a whole time.
 */
export function acceptedPoints(points: readonly Point[], oldest: number): Point[] {
  const accepted: Point[] = []
  for (const point of points) {
    checkPoint(point)
    if (point.time < oldest) continue
    accepted.push(isCanonical(point.tags) ? point : { ...point, tags: canonicalTags(point.tags) })
  }
  return accepted
}

/** Sorted by name; without empty values, which line protocol does not have; control characters as spaces, backslashes that would escape as slashes. */
export function canonicalTags(tags: Tags): Tags {
  const canonical: Record<string, string> = {}
  for (const name of Object.keys(tags).sort()) {
    const value = plainText(tags[name] ?? '')
    if (value !== '') canonical[name] = value
  }
  return canonical
}

/** Most points come in canonical form; then nothing needs to be copied. */
function isCanonical(tags: Tags): boolean {
  let before = ''
  for (const name in tags) {
    const value = tags[name]
    if (name < before || value === undefined || value === '' || suspicious.test(value)) return false
    before = name
  }
  return true
}

/** The wanted values by tag, in the form in which they are stored. */
export function wantedTags(selector: SeriesSelector): ReadonlyMap<string, ReadonlySet<string>> {
  const wanted = Object.entries(selector.tags ?? {}).map(
    ([name, values]) => [name, new Set([values].flat().map(plainText))] as const,
  )
  return new Map(wanted)
}

/** The range without what is older than `oldest`; undefined if nothing is left. QLY_INPUT_INVALID if its ends are no times. */
export function clampedRange(range: TimeRange, oldest: number): TimeRange | undefined {
  if (!Number.isFinite(range.from) || !Number.isFinite(range.to))
    throw new AppError('QLY_INPUT_INVALID', `from ${range.from} to ${range.to} is not a range of times`)
  const from = Math.ceil(Math.max(range.from, oldest))
  const to = Math.ceil(Math.min(range.to, latestTime))
  return from < to ? { from, to } : undefined
}

/** QLY_INPUT_INVALID for a window that is no whole number of milliseconds, or so short that there would be more than 100,000. */
export function checkWindow(everyMs: number, range: TimeRange | undefined): void {
  if (!Number.isSafeInteger(everyMs) || everyMs <= 0)
    throw new AppError('QLY_INPUT_INVALID', `${everyMs} ms is not the length of a window`)
  if (range && (range.to - range.from) / everyMs > mostWindows)
    throw new AppError(
      'QLY_INPUT_INVALID',
      `windows of ${everyMs} ms are too short for that range (more than ${mostWindows})`,
    )
}

/** Only the named tags; all if there is no list. */
export function groupTags(tags: Tags, groupBy: readonly string[] | undefined): Tags {
  if (!groupBy) return tags
  return Object.fromEntries(Object.entries(tags).filter(([name]) => groupBy.includes(name)))
}

/** Identity and order of series: their canonical tags as text. */
export const tagsKey = (tags: Tags): string => JSON.stringify(Object.entries(tags))

function checkPoint(point: Point): void {
  const fault = faultOf(point)
  if (fault) throw new AppError('QLY_INPUT_INVALID', `a point of "${point.measurement}" has ${fault}`)
}

/** Runs for every point of every reading, hence loops and no lists. */
function faultOf({ measurement, tags, fields, time }: Point): string | undefined {
  if (measurement === '') return 'no measurement'
  if (!Number.isInteger(time) || time < 0 || time > latestTime)
    return `time ${time}, not whole milliseconds of the years 1970 to 2262`
  if (!isName(measurement)) return unwritableName
  let fieldCount = 0
  for (const name in fields) {
    if (!isName(name)) return unwritableName
    if (!Number.isFinite(fields[name])) return 'a value that is not a finite number'
    fieldCount++
  }
  if (fieldCount === 0) return 'no field'
  for (const name in tags) if (!isName(name)) return unwritableName
  return undefined
}

const unwritableName = 'a name that is empty, holds control characters or a backslash that would escape'

function isName(text: string): boolean {
  return text !== '' && (!suspicious.test(text) || plainText(text) === text)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const suspicious = /[\u0000-\u001f\u007f\\]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const control = /[\u0000-\u001f\u007f]/g
/** Backslashes that line protocol would take for the beginning of an escape. */
const escaping = /\\(?=[\\,= ]|$)/g

function plainText(text: string): string {
  return suspicious.test(text) ? text.replace(control, ' ').replace(escaping, '/') : text
}
