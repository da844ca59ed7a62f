// Smoke, fire, debris, a missing mask: something that is there or not. Voted over the frames of a window (k of n) before it is said, quiet for
// a while before it ends. Pure: (state, observation) → (state, effects); its clock is the frames' event time.
import type { AlertKind } from '../../contracts/alert-kinds.ts'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import type { PresenceRule } from '../../contracts/config/vision-presence.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import { centreOf, intersectionOf } from '../geometry/box.ts'
import { polygonHolds, shareInside } from '../geometry/polygon.ts'
import { createZoneHours } from '../zones/zone-hours.ts'
import { type BurningCause, type BurningRules, weighBurning } from './burning.ts'
import { around, changes, meanArea, type Vote, votesAt } from './same-area.ts'

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
  /** its mean area in the window when it was told, share of the frame (rules with `sameArea`) */
  readonly area?: number
  /** why it is critical; empty: it is not (smoke and fire) */
  causes?: readonly BurningCause[]
  /** number of its continuations */
  news?: number
}

interface SpotState {
  /** newest last: clock time, whether it was there, and where (rules with `sameArea`) */
  votes: Vote[]
  finding?: PresenceFinding
  /** ms without it while it is said */
  quiet: number
  /** clock time since when it is there without any change */
  steadySince?: number
  /** frames in a row with a person near it */
  personFrames?: number
}

export interface PresenceState {
  clock: number
  lastAt?: number
  sequence: number
  spots: Record<string, SpotState>
}

export const emptyPresence: PresenceState = { clock: 0, sequence: 0, spots: {} }

export interface PresenceEffect {
  readonly type: 'started' | 'continued' | 'ended'
  readonly finding: PresenceFinding
}

/** A frame counts no longer than this, ms: breaks of the stream are no absence. */
const frameMs = 10_000
/** Boxes that are remembered of a frame. */
const mostBoxes = 4
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
  burning?: BurningRules,
): { state: PresenceState; effects: PresenceEffect[]; offHours: AlertKind[] } {
  const state = structuredClone(before)
  const { at } = observation
  const step = state.lastAt === undefined ? 0 : Math.min(frameMs, Math.max(0, at - state.lastAt))
  state.clock += step
  state.lastAt = at
  const effects: PresenceEffect[] = []
  const offHours: AlertKind[] = []
  const old = state.spots
  state.spots = {}
  for (const spot of spots) {
    const own = old[spot.key] ?? { votes: [], quiet: 0 }
    state.spots[spot.key] = own
    const seen = hitsIn(spot, observation.hits)
    const counts = spot.active(at) || spot.rule.outsideHours.some((kind) => kind === spot.zone.kind)
    if (!counts && seen.length > 0) offHours.push(spot.rule.kind)
    const hits = counts ? seen : []
    const [best] = hits
    vote(own, hits, state.clock, spot.rule)
    if (own.finding) {
      own.quiet = best ? 0 : own.quiet + step
      const { box } = own.finding
      const here = spot.rule.sameArea ? hits.find((hit) => intersectionOf(around(box), hit.box) > 0) : best
      if (here && here.score > own.finding.score) own.finding = { ...own.finding, score: here.score, box: here.box }
      if (own.quiet < spot.rule.clearSeconds * 1000) continue
      effects.push({ type: 'ended', finding: own.finding })
      delete own.finding
      own.votes = []
    } else {
      const told = hits.find((hit) => carried(own, spot.rule, hit.box, state.clock))
      if (!told) continue
      const first = own.votes.find(([, hit]) => hit === 1)?.[0] ?? state.clock
      const since = at - (state.clock - first)
      own.finding = {
        findingId: `${cameraId}/${spot.zone.id}/${spot.rule.label}-${Math.max(0, since).toString(36)}-${++state.sequence}`,
        kind: spot.rule.kind,
        zoneId: spot.zone.id,
        label: spot.rule.label,
        since,
        score: told.score,
        box: told.box,
        ...(spot.rule.sameArea ? { area: meanArea(own.votes, told.box) } : {}),
      }
      own.quiet = 0
      effects.push({ type: 'started', finding: own.finding })
    }
  }
  if (burning) effects.push(...weighBurning(state, effects, observation.hits, spots, burning))
  // A rule or zone that is no longer configured: what it said is over.
  for (const [key, { finding }] of Object.entries(old)) {
    if (finding && !(key in state.spots)) effects.push({ type: 'ended', finding })
  }
  return { state, effects, offHours }
}

function vote(spot: SpotState, hits: readonly PresenceHit[], now: number, rule: PresenceRule): void {
  const boxes = rule.sameArea ? hits.slice(0, mostBoxes).map(({ box }) => box) : []
  spot.votes.push(boxes.length > 0 ? [now, 1, boxes] : [now, hits.length > 0 ? 1 : 0])
  const oldest = now - rule.overSeconds * 1000
  // At few frames a second the window still holds as many frames as must vote.
  while (spot.votes.length > rule.minimumFrames && (spot.votes[0]?.[0] ?? now) < oldest) spot.votes.shift()
}

/** Do enough frames show it, in the area of `box` where the rule says so, and has it changed or stayed for long enough? */
function carried(spot: SpotState, rule: PresenceRule, box: PictureBox, now: number): boolean {
  const { votes } = spot
  const [first, last] = [votes[0]?.[0] ?? 0, votes.at(-1)?.[0] ?? 0]
  if (votes.length < rule.minimumFrames || last - first < 0.7 * rule.overSeconds * 1000) return false
  const yes = rule.sameArea ? votesAt(votes, box).length : votes.reduce((sum, [, hit]) => sum + hit, 0)
  if (yes < rule.share * votes.length) {
    delete spot.steadySince
    return false
  }
  if (!rule.sameArea || rule.steadySeconds === 0 || changes(votesAt(votes, box))) return true
  spot.steadySince ??= first
  return now - spot.steadySince >= rule.steadySeconds * 1000
}

/** The hits of a spot, best first. */
function hitsIn({ zone, rule }: PresenceSpot, hits: readonly PresenceHit[]): PresenceHit[] {
  return hits
    .filter(
      ({ label, box }) =>
        label === rule.label &&
        (polygonHolds(zone.polygon, centreOf(box)) || shareInside(zone.polygon, box) >= overlapShare),
    )
    .toSorted((a, b) => b.score - a.score)
}
