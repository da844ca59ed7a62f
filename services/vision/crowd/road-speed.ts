// Speeds of vehicles on a road zone, by how far they move against their own size in the picture: an estimate, good for jams and not for fines.
import { type Box, bottomCentreOf, heightOf, widthOf } from '../geometry/box.ts'

export interface SpeedTrack {
  readonly trackId: number
  readonly box: Box
}

export interface RoadSpeed {
  /** Speeds of those tracks that were seen for long enough, by track, km/h. `aspect`: width / height of the frame in pixels. */
  step(tracks: readonly SpeedTrack[], at: number, aspect: number): ReadonlyMap<number, number>
  reset(): void
}

type Place = { readonly at: number; readonly x: number; readonly y: number; readonly scale: number }

export function createRoadSpeed({
  vehicleMetres,
  speedSeconds,
}: {
  vehicleMetres: number
  speedSeconds: number
}): RoadSpeed {
  const windowMs = 1000 * speedSeconds
  const ways = new Map<number, Place[]>()
  return {
    step(tracks, at, aspect) {
      const speeds = new Map<number, number>()
      for (const { trackId, box } of tracks) {
        const [x, y] = bottomCentreOf(box)
        const way = (ways.get(trackId) ?? []).filter((place) => at - place.at <= 2 * windowMs && place.at < at)
        way.push({ at, x: x * aspect, y, scale: Math.sqrt(widthOf(box) * aspect * heightOf(box)) })
        // one place at least as old as the window is kept, so that few frames a second give a speed too
        while (way.length > 2 && at - (way[1]?.at ?? at) >= windowMs) way.shift()
        ways.set(trackId, way)
        const speed = speedOf(way)
        if (speed !== undefined) speeds.set(trackId, speed * vehicleMetres * 3.6)
      }
      for (const [trackId, way] of ways) if (Math.abs(at - (way.at(-1)?.at ?? 0)) > 2 * windowMs) ways.delete(trackId)
      return speeds
    },
    reset: () => ways.clear(),
  }

  /** Own sizes a second; undefined before half the window is seen. */
  function speedOf(way: readonly Place[]): number | undefined {
    const [first, last] = [way[0], way.at(-1)]
    if (!first || !last || last.at - first.at < windowMs / 2) return undefined
    const scale = (first.scale + last.scale) / 2
    return scale === 0
      ? undefined
      : Math.hypot(last.x - first.x, last.y - first.y) / scale / ((last.at - first.at) / 1000)
  }
}
