// Smoke, fire, debris, a missing mask: something that is there or not. Voted over the frames of a window (k of n) before it is said, quiet for
// a while before it ends. Pure: (state, observation) → (state, effects); its clock is the frames' event time.
import type { AlertKind } from '../../contracts/alert-kinds.ts'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import type { PresenceRule } from '../../contracts/config/vision.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import { centreOf } from '../geometry/box.ts'
import { polygonHolds, shareInside } from '../geometry/polygon.ts'
import { createZoneHours } from '../zones/zone-hours.ts'

/** A detection that counts, wherever it is. */
export interface PresenceHit {
  readonly label: string
  readonly score: number
  readonly box: PictureBox
}

/** One thing that may be present at one place. */
export interface PresenceSpot {
  readonly key: string
  readonly zone: ZoneConfig
  readonly rule: PresenceRule
  active(at: number): boolean
}

export interface PresenceFinding {
  readonly findingId: string
  readonly kind: AlertKind
  readonly zoneId: string
  readonly label: string
  /** event time of the first frame that voted for it, ms since the epoch */
  readonly since: number
  score: number
  box: PictureBox
}

interface SpotState {
  /** newest last: clock time and whether it was there */
  votes: [clock: number, hit: 0 | 1][]
  finding?: PresenceFinding
  /** ms without it while it is said */
  quiet: number
}

export interface PresenceState {
  clock: number
  lastAt?: number
  sequence: number
  spots: Record<string, SpotState>
}

export const emptyPresence: PresenceState = { clock: 0, sequence: 0, spots: {} }

export interface PresenceEffect {
  readonly type: 'started' | 'ended'
  readonly finding: PresenceFinding
}

/** A frame counts no longer than this, ms: breaks of the stream are no absence. */
const frameMs = 10_000
/** A box counts in a zone with its centre inside, or with this share of it. */
const overlapShare = 0.3

/** The spots of a camera: every rule in every zone of its kinds. A zone's own classes narrow them down. */
export function presenceSpotsOf(
  zones: readonly ZoneConfig[],
  rules: readonly PresenceRule[],
  timezone: string,
): PresenceSpot[] {
  return zones.flatMap((zone) =>
    rules
      .filter((rule) => (rule.zones as readonly string[]).includes(zone.kind))
      .filter((rule) => zone.classes.length === 0 || zone.classes.includes(rule.label))
      .map((rule) => ({
        key: `${zone.id}/${rule.label}`,
        zone,
        rule,
        active: createZoneHours(zone.hours, timezone),
      })),
  )
}

/** One frame further. The given state is not changed. */
export function stepPresence(
  before: PresenceState,
  observation: { readonly at: number; readonly hits: readonly PresenceHit[] },
  spots: readonly PresenceSpot[],
  cameraId: string,
): { state: PresenceState; effects: PresenceEffect[] } {
  const state = structuredClone(before)
  const { at } = observation
  const step = state.lastAt === undefined ? 0 : Math.min(frameMs, Math.max(0, at - state.lastAt))
  state.clock += step
  state.lastAt = at
  const effects: PresenceEffect[] = []
  const old = state.spots
  state.spots = {}
  for (const spot of spots) {
    const own = old[spot.key] ?? { votes: [], quiet: 0 }
    state.spots[spot.key] = own
    const best = spot.active(at) ? bestHit(spot, observation.hits) : undefined
    vote(own, best !== undefined, state.clock, spot.rule)
    if (own.finding) {
      own.quiet = best ? 0 : own.quiet + step
      if (best && best.score > own.finding.score) own.finding = { ...own.finding, score: best.score, box: best.box }
      if (own.quiet < spot.rule.clearSeconds * 1000) continue
      effects.push({ type: 'ended', finding: own.finding })
      delete own.finding
      own.votes = []
    } else if (best && carried(own, spot.rule)) {
      const first = own.votes.find(([, hit]) => hit === 1)?.[0] ?? state.clock
      const since = at - (state.clock - first)
      own.finding = {
        findingId: `${cameraId}/${spot.zone.id}/${spot.rule.label}-${Math.max(0, since).toString(36)}-${++state.sequence}`,
        kind: spot.rule.kind,
        zoneId: spot.zone.id,
        label: spot.rule.label,
        since,
        score: best.score,
        box: best.box,
      }
      own.quiet = 0
      effects.push({ type: 'started', finding: own.finding })
    }
  }
  // A rule or zone that is no longer configured: what it said is over.
  for (const [key, { finding }] of Object.entries(old)) {
    if (finding && !(key in state.spots)) effects.push({ type: 'ended', finding })
  }
  return { state, effects }
}

function vote(spot: SpotState, hit: boolean, now: number, rule: PresenceRule): void {
  spot.votes.push([now, hit ? 1 : 0])
  const oldest = now - rule.overSeconds * 1000
  // At few frames a second the window still holds as many frames as must vote.
  while (spot.votes.length > rule.minimumFrames && (spot.votes[0]?.[0] ?? now) < oldest) spot.votes.shift()
}

function carried({ votes }: SpotState, rule: PresenceRule): boolean {
  const [first, last] = [votes[0]?.[0] ?? 0, votes.at(-1)?.[0] ?? 0]
  if (votes.length < rule.minimumFrames || last - first < 0.7 * rule.overSeconds * 1000) return false
  const yes = votes.reduce((sum, [, hit]) => sum + hit, 0)
  return yes >= rule.share * votes.length
}

function bestHit({ zone, rule }: PresenceSpot, hits: readonly PresenceHit[]): PresenceHit | undefined {
  let best: PresenceHit | undefined
  for (const hit of hits) {
    if (hit.label !== rule.label || (best && hit.score <= best.score)) continue
    if (polygonHolds(zone.polygon, centreOf(hit.box)) || shareInside(zone.polygon, hit.box) >= overlapShare) best = hit
  }
  return best
}
