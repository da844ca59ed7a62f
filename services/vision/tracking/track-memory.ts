// What is remembered of each track beside its filter: the zones that hold it (with inertia) and since when it stands.
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import { bottomCentreOf } from '../geometry/box.ts'
import { polygonHolds } from '../geometry/polygon.ts'
import { shiftOf } from '../parking/motion.ts'
import { nowhere, rememberZones, type ZoneMemory } from '../zones/zone-inertia.ts'
import { classesOf } from '../zones/zone-rules.ts'
import type { TrackedDetection } from './byte-track.ts'

export interface RememberedTrack extends TrackedDetection {
  readonly zones: readonly string[]
  readonly stationarySeconds: number
}

export interface TrackMemory {
  /** Adds zones and standing time to the tracks of one frame; forgets tracks unseen for a while. `at` in ms. */
  remember(tracks: readonly TrackedDetection[], at: number): RememberedTrack[]
  reset(): void
}

interface Known {
  zones: ZoneMemory
  anchor: PictureBox
  standsSince: number
  seenAt: number
}

const forgetMs = 10_000

export function createTrackMemory(
  zones: readonly ZoneConfig[],
  config: { inertiaFrames: number; moveShare: number },
): TrackMemory {
  const known = new Map<number, Known>()
  const countsIn = zones.map((zone) => ({ zone, classes: classesOf(zone) }))
  return {
    remember(tracks, at) {
      const remembered = tracks.map((track) => {
        const old = known.get(track.trackId)
        const foot = bottomCentreOf(track.box)
        const inside = countsIn
          .filter(({ zone, classes }) => (classes?.includes(track.label) ?? true) && polygonHolds(zone.polygon, foot))
          .map(({ zone }) => zone.id)
        const stands = old !== undefined && shiftOf(old.anchor, track.box) <= config.moveShare
        const now: Known = {
          zones: rememberZones(old?.zones ?? nowhere, inside, config.inertiaFrames),
          anchor: stands ? old.anchor : track.box,
          standsSince: stands ? Math.min(old.standsSince, at) : at,
          seenAt: at,
        }
        known.set(track.trackId, now)
        return { ...track, zones: now.zones.held, stationarySeconds: (at - now.standsSince) / 1000 }
      })
      for (const [trackId, { seenAt }] of known) if (Math.abs(at - seenAt) > forgetMs) known.delete(trackId)
      return remembered
    },
    reset: () => known.clear(),
  }
}
