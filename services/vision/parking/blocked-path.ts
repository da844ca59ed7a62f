// A path (a zone of kind `pavement`) blocked by several bicycles at once is told as one thing, sooner than each of them for itself. Pure.
import type { PictureBox } from '../../contracts/geometry.ts'
import { type Box, unionOf } from '../geometry/box.ts'
import type { ParkingRules } from './parking-rules.ts'
import type { ParkingState, PathState } from './parking-state.ts'

export interface PathEffect {
  /** begun: so many stand there (first picture); the others are told */
  readonly type: 'begun' | 'started' | 'ended'
  readonly zoneId: string
  readonly path: PathState
}

/** A vehicle keeps its place for longer when it is unseen; of one that blocks a path now this is too old, ms. */
const lastSeenMs = 10_000

/** One frame further, after the dwell machine. The given state is not changed. */
export function stepPaths(
  parking: ParkingState,
  at: number,
  rules: ParkingRules,
): { state: ParkingState; effects: PathEffect[] } {
  const { blockedPath } = rules
  const effects: PathEffect[] = []
  const paths: Record<string, PathState> = {}
  for (const [zoneId, path] of Object.entries(parking.paths ?? {})) {
    if (path.findingId && !rules.zones.some(({ id }) => id === zoneId)) effects.push({ type: 'ended', zoneId, path })
  }
  for (const zone of rules.zones.filter(({ kind }) => kind === 'pavement')) {
    const standing = parking.vehicles.filter(
      ({ phase, clocks, seenAt }) =>
        phase !== 'entered' && clocks[zone.id] !== undefined && parking.clock - seenAt <= lastSeenMs,
    )
    const blocked = standing.length >= blockedPath.vehicles
    const known = parking.paths?.[zone.id]
    if (!known) {
      if (!blocked) continue
      const begun: PathState = {
        since: at,
        from: parking.clock,
        count: standing.length,
        box: around(standing),
        pictures: [],
      }
      paths[zone.id] = begun
      effects.push({ type: 'begun', zoneId: zone.id, path: begun })
      continue
    }
    const { freeFrom: _, ...before } = known
    const path: PathState = blocked
      ? { ...before, count: standing.length, box: around(standing) }
      : { ...known, freeFrom: known.freeFrom ?? parking.clock }
    if (path.freeFrom !== undefined && parking.clock - path.freeFrom >= blockedPath.clearMs) {
      if (path.findingId) effects.push({ type: 'ended', zoneId: zone.id, path })
      continue
    }
    if (blocked && !path.findingId && parking.clock - path.from >= blockedPath.afterMs) {
      const findingId = `${rules.cameraId}/${zone.id}/path-${Math.max(0, Math.round(path.since)).toString(36)}`
      paths[zone.id] = { ...path, findingId }
      effects.push({ type: 'started', zoneId: zone.id, path: { ...path, findingId } })
      continue
    }
    paths[zone.id] = path
  }
  if (effects.length === 0 && Object.keys(paths).length === 0 && !parking.paths) return { state: parking, effects }
  return { state: { ...parking, paths }, effects }
}

const around = (vehicles: readonly { anchor: PictureBox }[]): PictureBox =>
  vehicles.map(({ anchor }): Box => anchor).reduce(unionOf) as PictureBox
