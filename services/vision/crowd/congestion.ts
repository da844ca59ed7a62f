// Jams: enough vehicles on a road zone whose mean speed is low for longer than a red light. Pure; its clock is the frames' event time.
import type { VisionConfig } from '../../contracts/config/vision.ts'
import { type CrowdState, findingIdOf, type RoadState, type ToldCrowd } from './crowd-state.ts'

export interface JamEffect {
  readonly type: 'started' | 'continued' | 'ended'
  readonly zoneId: string
  readonly finding: ToldCrowd
  readonly vehicles: number
  /** mean, km/h */
  readonly speed: number
}

export interface RoadRules {
  readonly cameraId: string
  readonly zoneIds: readonly string[]
  readonly congestion: VisionConfig['crowd']['congestion']
}

/** One frame further; `speeds` in km/h of the vehicles on each road zone. Between the two speeds nothing changes. */
export function stepRoads(
  state: CrowdState,
  at: number,
  speeds: ReadonlyMap<string, readonly number[]>,
  { cameraId, zoneIds, congestion: rule }: RoadRules,
): { roads: CrowdState['roads']; effects: JamEffect[] } {
  const effects: JamEffect[] = []
  const roads: Record<string, RoadState> = {}
  const { clock } = state
  for (const zoneId of zoneIds) {
    const all = speeds.get(zoneId) ?? []
    const vehicles = all.length
    const speed = vehicles === 0 ? 0 : all.reduce((sum, each) => sum + each, 0) / vehicles
    const before = state.roads[zoneId] ?? {}
    const slow = vehicles >= rule.vehicles && speed < rule.kilometresPerHour
    const free = vehicles < rule.vehicles || speed > rule.clearKilometresPerHour
    const road = watch(before, slow, free, clock, at)
    const { finding } = road
    const tell = (type: JamEffect['type'], told: ToldCrowd) => {
      effects.push({ type, zoneId, finding: told, vehicles, speed })
      return told
    }
    if (finding && road.freeSince !== undefined && clock - road.freeSince >= 1000 * rule.clearSeconds) {
      tell('ended', finding)
      roads[zoneId] = { freeSince: road.freeSince }
    } else if (finding && road.freeSince === undefined && clock - finding.toldAt >= 1000 * rule.continueSeconds) {
      roads[zoneId] = { ...road, finding: tell('continued', { ...finding, news: finding.news + 1, toldAt: clock }) }
    } else if (!finding && road.slowSince !== undefined && clock - road.slowSince >= 1000 * rule.afterSeconds) {
      const since = road.slowAt ?? at
      const findingId = findingIdOf(cameraId, zoneId, 'jam', since)
      roads[zoneId] = { ...road, finding: tell('started', { findingId, since, news: 0, toldAt: clock }) }
    } else roads[zoneId] = road
  }
  for (const [zoneId, { finding }] of Object.entries(state.roads))
    if (finding && !(zoneId in roads)) effects.push({ type: 'ended', zoneId, finding, vehicles: 0, speed: 0 })
  return { roads, effects }
}

/** Before a jam is told, free traffic of a few seconds begins its clock anew; a told one ends after free traffic that lasts. */
function watch(before: RoadState, slow: boolean, free: boolean, clock: number, at: number): RoadState {
  if (slow) {
    const { freeSince: _, ...road } = before
    return { ...road, slowSince: before.slowSince ?? clock, slowAt: before.slowAt ?? at }
  }
  if (!free) return before
  if (before.finding) return { ...before, freeSince: before.freeSince ?? clock }
  const since = before.freeSince ?? clock
  return clock - since >= freeMs ? { freeSince: since } : { ...before, freeSince: since }
}

/** A vehicle that the detector misses for a moment does not end what is slow, ms. */
const freeMs = 5000
