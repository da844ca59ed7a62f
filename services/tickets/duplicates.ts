// Is a new alert the same case as an open ticket? By category, distance and time (features.md #56); pure.
import type { LonLat } from '../contracts/geometry.ts'
import type { Category } from '../contracts/organisation.ts'
import { metresBetween } from './distance.ts'

export interface OpenCase {
  readonly ticketId: string
  readonly location: LonLat | null
  /** ms since the epoch */
  readonly createdAt: number
  /** cameras and devices whose alerts it holds */
  readonly sources: readonly string[]
}

export interface Candidate {
  readonly location: LonLat | null
  readonly source: string
  readonly at: number
}

/** The nearest open case of the same category that the candidate folds into; undefined if it is a case of its own. */
export function sameCase(
  candidate: Candidate,
  openCases: readonly OpenCase[],
  { radiusMetres, withinHours, sameSource }: Category['duplicates'],
): OpenCase | undefined {
  return openCases
    .filter(({ createdAt }) => Math.abs(candidate.at - createdAt) <= withinHours * 3_600_000)
    .filter(({ sources }) => sameSource || !sources.includes(candidate.source))
    .map((open) => ({ open, metres: metres(candidate, open) }))
    .filter((near) => near.metres <= radiusMetres)
    .sort((a, b) => a.metres - b.metres)[0]?.open
}

/** Without places only the same source is near. */
function metres(candidate: Candidate, open: OpenCase): number {
  if (candidate.location && open.location) return metresBetween(candidate.location, open.location)
  return open.sources.includes(candidate.source) ? 0 : Number.POSITIVE_INFINITY
}
