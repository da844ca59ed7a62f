// Who crosses a line, and which way: by the bottom centre of a track, with hysteresis, so that one who dawdles on the line counts once. Pure but for
// the memory of the tracks, which a restart or a cut of the stream forgets: at worst a crossing under way is missed, none is counted twice.
import type { LineConfig } from '../../contracts/config/cameras.ts'
import type { PicturePoint } from '../../contracts/geometry.ts'
import { type Box, bottomCentreOf, heightOf } from '../geometry/box.ts'

export interface FlowTrack {
  readonly trackId: number
  readonly label: string
  readonly box: Box
}

export interface Crossing {
  readonly lineId: string
  readonly direction: 'in' | 'out'
  readonly trackId: number
  readonly label: string
}

export interface LineFlow {
  /** The crossings of one frame. `aspect`: width / height of the frame in pixels. */
  step(tracks: readonly FlowTrack[], at: number, aspect: number): Crossing[]
  reset(): void
}

interface Known {
  /** side that is believed, and the last place surely on it */
  readonly side: 'left' | 'right'
  readonly foot: PicturePoint
  readonly seenAt: number
}

const forgetMs = 10_000

export function createLineFlow(
  lines: readonly LineConfig[],
  { hysteresis, label }: { hysteresis: number; label: string },
): LineFlow {
  const known = new Map<string, Known>()
  return {
    step(tracks, at, aspect) {
      const crossings: Crossing[] = []
      for (const line of lines) {
        const counted = line.classes.length > 0 ? line.classes : [label]
        for (const { trackId, label, box } of tracks.filter((track) => counted.includes(track.label))) {
          const key = `${line.id} ${trackId}`
          const foot = bottomCentreOf(box)
          const { beyond } = placeOf(line, foot, aspect)
          const before = known.get(key)
          if (Math.abs(beyond) < hysteresis * heightOf(box)) {
            if (before) known.set(key, { ...before, seenAt: at })
            continue
          }
          const side = beyond > 0 ? 'right' : 'left'
          known.set(key, { side, foot, seenAt: at })
          if (before && before.side !== side && meets(line, before.foot, foot, aspect))
            crossings.push({ lineId: line.id, direction: side === 'right' ? 'in' : 'out', trackId, label })
        }
      }
      for (const [key, { seenAt }] of known) if (Math.abs(at - seenAt) > forgetMs) known.delete(key)
      return crossings
    },
    reset: () => known.clear(),
  }
}

/** Distance from the line through both ends, in frame heights; positive on the right of one who looks from `from` to `to`; and how far along (0..1 on it). */
function placeOf({ from, to }: LineConfig, [x, y]: PicturePoint, aspect: number): { beyond: number; along: number } {
  const [alongX, alongY] = [(to[0] - from[0]) * aspect, to[1] - from[1]]
  const [ownX, ownY] = [(x - from[0]) * aspect, y - from[1]]
  const length = Math.hypot(alongX, alongY)
  if (length === 0) return { beyond: 0, along: -1 }
  return { beyond: (alongX * ownY - alongY * ownX) / length, along: (alongX * ownX + alongY * ownY) / length ** 2 }
}

/** Does the way from one place to the other meet the line between its ends? One who walks round an end does not cross. */
function meets(line: LineConfig, a: PicturePoint, b: PicturePoint, aspect: number): boolean {
  const [one, other] = [placeOf(line, a, aspect), placeOf(line, b, aspect)]
  const share = one.beyond / (one.beyond - other.beyond)
  const along = one.along + share * (other.along - one.along)
  return along >= 0 && along <= 1
}
