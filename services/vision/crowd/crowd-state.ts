// What is known of crowds and jams of a camera between frames; saved with its findings (state/camera-store.ts).

/** A finding that is told: the same id from start to end. */
export interface ToldCrowd {
  readonly findingId: string
  /** event time of its beginning, ms since the epoch */
  readonly since: number
  /** number of its continuations */
  readonly news: number
  /** clock time of the last word about it */
  readonly toldAt: number
}

export interface ZoneCrowd {
  /** smoothed number of persons */
  readonly persons: number
  /** rank of the severity that is believed; -1: none */
  readonly level: number
  /** clock time since when more (or less) than the level holds */
  readonly moreSince?: number
  readonly lessSince?: number
  readonly finding?: ToldCrowd
}

export interface RoadState {
  readonly slowSince?: number
  readonly freeSince?: number
  /** event time at which it became slow */
  readonly slowAt?: number
  readonly finding?: ToldCrowd
}

export interface CrowdState {
  /** time that was looked at, ms: breaks of the stream hardly count */
  readonly clock: number
  readonly lastAt?: number
  readonly zones: Readonly<Record<string, ZoneCrowd>>
  readonly roads: Readonly<Record<string, RoadState>>
}

export const emptyCrowd: CrowdState = { clock: 0, zones: {}, roads: {} }

/** A frame counts no longer than this, ms. */
const frameMs = 10_000

/** Time that a frame at `at` adds, ms. */
export const stepMs = ({ lastAt }: CrowdState, at: number): number =>
  lastAt === undefined ? 0 : Math.min(frameMs, Math.max(0, at - lastAt))

/** Ids of findings follow from place and beginning, so that a repeated decision is the same finding. */
export const findingIdOf = (cameraId: string, zoneId: string, what: 'crowd' | 'jam', since: number): string =>
  `${cameraId}/${zoneId}/${what}-${Math.max(0, Math.round(since)).toString(36)}`

/** Does something count towards a finding, or its end? Such states are saved now and then. */
export const crowdClockRuns = ({ zones, roads }: CrowdState): boolean =>
  Object.values(zones).some(({ moreSince, lessSince }) => (moreSince ?? lessSince) !== undefined) ||
  Object.values(roads).some(({ slowSince, finding }) => slowSince !== undefined || finding !== undefined)
