// What the parking machine remembers of a camera. Plain data, saved as JSON and restored after a restart.
import type { Appearance } from '../../contracts/appearance.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import type { ZoneMemory } from '../zones/zone-inertia.ts'

/** entered: in a zone, moves or has just come to a stand; then by how long it stands. */
export type VehiclePhase = 'entered' | 'stopped' | 'parked' | 'violation'

export interface Violation {
  readonly findingId: string
  readonly zoneId: string
  /** event time since when it stands in the zone, ms since the epoch */
  readonly since: number
  /** on the machine's clock: when it was reported, and last reported on */
  readonly reportedAt: number
  readonly toldAt: number
  /** number of news after the start */
  readonly news: number
}

export interface Vehicle {
  /** identity over track ids, occlusions and restarts */
  readonly id: string
  readonly group: string
  label: string
  phase: VehiclePhase
  /** track that shows it now; undefined after a restart */
  trackId?: number
  /** where it stands: the place that identifies it */
  anchor: PictureBox
  /** where it was last seen */
  box: PictureBox
  score: number
  look?: number[]
  /** how it last looked to the embedding where it stands, and the event time of that */
  appearance?: Appearance
  appearedAt?: number
  /** event times, ms since the epoch */
  arrivedAt: number
  standsAt: number
  /** clock times, ms (see ParkingState.clock) */
  standsSince: number
  seenAt: number
  displacedSince?: number
  /** ms unseen since seenAt with its place in view, and with its place hidden */
  absent: number
  hidden: number
  /** frames since it stands in which it was seen */
  seen: number
  /** frames since it stands in which it was not seen though its place was in view; undefined: none */
  missed?: number
  /** share of the last seconds with its place in view in which it was seen there, 0..1 */
  shown: number
  /** it came while the camera watched */
  came: boolean
  /** where its track began, if it came: from there to its place is its direction */
  cameFrom?: PictureBox
  /** tracks that passed it in its own direction since it stands */
  passedBy?: number[]
  /** it waits in a line that may still move on */
  queued: boolean
  zones: ZoneMemory
  /** zone → clock time since when its dwell runs */
  clocks: Record<string, number>
  violation?: Violation
  /** violations told so far, for ids of later ones */
  told: number
  /** event time when it was last told to the ledger */
  sightedAt?: number
  /** pictures from when it was first parked */
  pictures: Evidence[]
}

/** A track as the machine first saw it: tells a newcomer from a vehicle that got a new track id. */
export interface TrackOrigin {
  readonly origin: PictureBox
  seenAt: number
}

/** A path that several block at once. */
export interface PathState {
  /** event time when so many first stood there, ms since the epoch; and the same on the clock */
  readonly since: number
  readonly from: number
  /** clock time since when it is free again */
  readonly freeFrom?: number
  readonly count: number
  readonly box: PictureBox
  readonly findingId?: string
  readonly pictures: readonly Evidence[]
}

export interface ParkingState {
  /** ms; moves with event time, but breaks longer than gapSeconds count only so far, and never backwards */
  clock: number
  /** event time of the last frame, ms since the epoch */
  lastAt?: number
  /** clock time since when pictures come without a break */
  watchingSince: number
  sequence: number
  vehicles: Vehicle[]
  tracks: Record<string, TrackOrigin>
  /** zone → what blocks it */
  paths?: Record<string, PathState>
}

export const emptyParking: ParkingState = { clock: 0, watchingSince: 0, sequence: 0, vehicles: [], tracks: {} }

/** After a restart (or a break of the tracker) track ids mean nothing any more; places and looks do. */
export function withoutTracks(state: ParkingState): ParkingState {
  const vehicles = state.vehicles.map(({ trackId: _, ...vehicle }) => vehicle)
  return { ...state, vehicles, tracks: {} }
}
