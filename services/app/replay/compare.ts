// Two lists of told findings of one camera, compared: what was added, what is missing, what changed. Pure. Ids of findings follow from details of
// tracking, so findings are the same by kind, zone, phase, time and place.
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import { overlapOf } from '../../contracts/geometry.ts'

export interface ToldFinding {
  readonly phase: FindingChanged['phase']
  readonly kind: string
  readonly zoneId?: string
  readonly label?: string
  readonly at: string
  readonly since: string
  readonly score?: number
  readonly box?: readonly [number, number, number, number]
}

/** What of a finding is compared. */
export function told({ phase, kind, zoneId, label, at, since, score, box }: ToldFinding): ToldFinding {
  return {
    phase,
    kind,
    ...(zoneId === undefined ? {} : { zoneId }),
    ...(label === undefined ? {} : { label }),
    at,
    since,
    ...(score === undefined ? {} : { score }),
    ...(box === undefined ? {} : { box }),
  }
}

export interface Difference {
  readonly type: 'added' | 'missing' | 'changed'
  readonly finding: ToldFinding
  /** changed: what of it, from → to */
  readonly changes?: readonly string[]
}

/** Further apart in time than this, two findings are two, ms. */
const sameTimeMs = 15_000
/** A difference of less than this is none. */
const toleranceMs = 1000
const sameBoxIou = 0.3

export function compareFindings(expected: readonly ToldFinding[], found: readonly ToldFinding[]): Difference[] {
  const left = [...found]
  const differences: Difference[] = []
  for (const finding of expected) {
    const candidates = left
      .filter((other) => isSame(finding, other))
      .sort((a, b) => apart(finding, a) - apart(finding, b))
    const [match] = candidates
    if (!match) {
      differences.push({ type: 'missing', finding })
      continue
    }
    left.splice(left.indexOf(match), 1)
    const changes = changesOf(finding, match)
    if (changes.length > 0) differences.push({ type: 'changed', finding, changes })
  }
  differences.push(...left.map((finding): Difference => ({ type: 'added', finding })))
  return differences.sort((a, b) => Date.parse(a.finding.at) - Date.parse(b.finding.at))
}

function isSame(a: ToldFinding, b: ToldFinding): boolean {
  if (a.kind !== b.kind || a.phase !== b.phase || a.zoneId !== b.zoneId || apart(a, b) > sameTimeMs) return false
  return !a.box || !b.box || overlapOf(a.box, b.box) >= sameBoxIou
}

const apart = (a: ToldFinding, b: ToldFinding) => Math.abs(Date.parse(a.at) - Date.parse(b.at))

function changesOf(from: ToldFinding, to: ToldFinding): string[] {
  const changes: string[] = []
  if (apart(from, to) > toleranceMs) changes.push(`told ${from.at} → ${to.at}`)
  if (Math.abs(Date.parse(from.since) - Date.parse(to.since)) > toleranceMs)
    changes.push(`since ${from.since} → ${to.since}`)
  if (from.label !== to.label) changes.push(`class ${from.label} → ${to.label}`)
  return changes
}
