// While the view of a camera has moved, its zones are not where they were drawn: nothing is told of them, and their clocks stand still without losing anything.
// Smoke and fire are told all the same: they matter wherever the camera looks.
import type { AlertKind } from '../../contracts/alert-kinds.ts'
import {
  type PresenceEffect,
  type PresenceHit,
  type PresenceSpot,
  type PresenceState,
  stepPresence,
} from '../presence/presence-machine.ts'
import type { CameraState } from '../state/camera-store.ts'

const anywhere: ReadonlySet<AlertKind> = new Set<AlertKind>(['smoke', 'fire'])

/** One frame of a moved view further. Parked vehicles, their clocks and violations are as they were when the view is back: the time between does not count. */
export function stepSuspended(
  { parking, presence, ...others }: CameraState,
  observation: { readonly at: number; readonly hits: readonly PresenceHit[] },
  spots: readonly PresenceSpot[],
  cameraId: string,
): { state: CameraState; effects: PresenceEffect[] } {
  const watched = spots.filter(({ rule }) => anywhere.has(rule.kind))
  const keys = new Set(watched.map(({ key }) => key))
  const paused = Object.entries(presence.spots).filter(([key]) => !keys.has(key))
  const going = Object.entries(presence.spots).filter(([key]) => keys.has(key))
  const step = stepPresence({ ...presence, spots: Object.fromEntries(going) }, observation, watched, cameraId)
  const spotsNow: PresenceState['spots'] = { ...step.state.spots, ...Object.fromEntries(paused) }
  // without a last time the first frame after this counts no time, and what stands there then may have come meanwhile
  const { lastAt: _, ...waiting } = parking
  return { state: { ...others, parking: waiting, presence: { ...step.state, spots: spotsNow } }, effects: step.effects }
}
