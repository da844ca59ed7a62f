// How full each watch zone is: a smoothed count, and a finding whose severity follows the level that holds. Pure; its clock is the frames' event time.
import { type Severity, severities } from '../../contracts/alert-kinds.ts'
import type { VisionConfig } from '../../contracts/config/vision.ts'
import { type CrowdLevel, type CrowdZone, levelOf } from './crowd-rules.ts'
import { type CrowdState, findingIdOf, type ToldCrowd, type ZoneCrowd } from './crowd-state.ts'

export interface OccupancyEffect {
  readonly type: 'started' | 'continued' | 'ended'
  readonly zone: CrowdZone
  readonly finding: ToldCrowd
  readonly persons: number
  readonly severity?: Severity
  readonly level: CrowdLevel
}

export interface OccupancyRules
  extends Pick<VisionConfig['crowd'], 'smoothSeconds' | 'confirmSeconds' | 'clearSeconds'> {
  readonly cameraId: string
  readonly zones: readonly CrowdZone[]
  readonly releaseShare: number
}

/** One frame further; `step` ms after the one before, `counts` the persons in each zone. Zones that are gone end what they told. */
export function stepOccupancy(
  state: CrowdState,
  { at, step, counts }: { at: number; step: number; counts: ReadonlyMap<string, number> },
  rules: OccupancyRules,
): { zones: CrowdState['zones']; effects: OccupancyEffect[] } {
  const effects: OccupancyEffect[] = []
  const zones: Record<string, ZoneCrowd> = {}
  for (const zone of rules.zones) {
    const before = state.zones[zone.id]
    const count = counts.get(zone.id) ?? 0
    const share = 1 - Math.exp(-step / (1000 * rules.smoothSeconds))
    const persons = before ? before.persons + (count - before.persons) * share : count
    const wanted = levelOf(persons, zone, before?.level ?? -1, rules.releaseShare)
    const now = believe({ level: -1, ...before, persons }, wanted.rank, state.clock, rules)
    const level = now.level === wanted.rank ? wanted : { ...wanted, rank: now.level }
    const severity = severities[now.level]
    const { finding } = now
    if (finding && now.level < 0) {
      effects.push({ type: 'ended', zone, finding, persons, level })
      const { finding: _, ...free } = now
      zones[zone.id] = free
      continue
    }
    const told =
      severity === undefined ? undefined : tellOf(finding, before?.level !== now.level, at, state.clock, zone.id, rules)
    if (told && severity !== undefined) effects.push({ ...told, zone, persons, severity, level })
    zones[zone.id] = told ? { ...now, finding: told.finding } : now
  }
  for (const [id, { finding, persons }] of Object.entries(state.zones)) {
    if (finding && !(id in zones))
      effects.push({ type: 'ended', zone: { id, measures: [] }, finding, persons, level: { rank: -1 } })
  }
  return { zones, effects }
}

/** The level that is believed: a higher one after `confirmSeconds`, a lower one after `clearSeconds`. */
function believe(zone: ZoneCrowd, wanted: number, clock: number, rules: OccupancyRules): ZoneCrowd {
  const { moreSince, lessSince, ...still } = zone
  if (wanted > zone.level) {
    const since = moreSince ?? clock
    return clock - since >= 1000 * rules.confirmSeconds ? { ...still, level: wanted } : { ...still, moreSince: since }
  }
  if (wanted < zone.level) {
    const since = lessSince ?? clock
    return clock - since >= 1000 * rules.clearSeconds ? { ...still, level: wanted } : { ...still, lessSince: since }
  }
  return still
}

function tellOf(
  finding: ToldCrowd | undefined,
  changed: boolean,
  at: number,
  clock: number,
  zoneId: string,
  { cameraId, confirmSeconds }: OccupancyRules,
): { type: 'started' | 'continued'; finding: ToldCrowd } | undefined {
  if (!finding) {
    const since = at - 1000 * confirmSeconds
    const findingId = findingIdOf(cameraId, zoneId, 'crowd', since)
    return { type: 'started', finding: { findingId, since, news: 0, toldAt: clock } }
  }
  return changed ? { type: 'continued', finding: { ...finding, news: finding.news + 1, toldAt: clock } } : undefined
}
