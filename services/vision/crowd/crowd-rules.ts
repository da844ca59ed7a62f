// The rules of crowds: what each watch zone may hold, with the levels of sensing's counters, so that a camera and a counter at one place agree.
import { type Severity, severities } from '../../contracts/alert-kinds.ts'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import type { CrowdConfig } from '../../contracts/config/sensing.ts'

export interface CrowdZone {
  readonly id: string
  /** at most two: persons against the capacity, persons per square metre; none: only counted */
  readonly measures: readonly CrowdMeasure[]
  readonly areaSquareMetres?: number
}

/** Rising limits of a figure that is a multiple of the number of persons. */
export interface CrowdMeasure {
  readonly name: 'person_count' | 'density'
  readonly unit: '1' | '1/m2'
  /** the figure, of a number of persons */
  readonly perPerson: number
  readonly steps: readonly { readonly at: number; readonly severity: Severity }[]
  readonly standard: string
}

export function crowdZonesOf(zones: readonly ZoneConfig[], limits: CrowdConfig): CrowdZone[] {
  return zones
    .filter(({ kind }) => kind === 'watch')
    .map(({ id, areaSquareMetres: area, capacity: given }) => {
      const capacity = given ?? (area === undefined ? undefined : Math.floor(area / limits.squareMetresPerPerson))
      const measures: CrowdMeasure[] = []
      if (capacity !== undefined && capacity > 0) {
        const steps = limits.capacityShares.map(({ at, severity }) => ({ at: at * capacity, severity }))
        measures.push({ name: 'person_count', unit: '1', perPerson: 1, steps, standard: limits.standard })
      }
      if (area !== undefined) {
        const { densities: steps, densityStandard: standard } = limits
        measures.push({ name: 'density', unit: '1/m2', perPerson: 1 / area, steps, standard })
      }
      return { id, measures, ...(area === undefined ? {} : { areaSquareMetres: area }) }
    })
}

export interface CrowdLevel {
  /** rank of the severity; -1: none */
  readonly rank: number
  readonly measure?: CrowdMeasure
  readonly limit?: number
}

/** The worst level of a number of persons. A level that holds already (`current`) is left only below its limit less `releaseShare` of it. */
export function levelOf(persons: number, { measures }: CrowdZone, current: number, releaseShare: number): CrowdLevel {
  let worst: CrowdLevel = { rank: -1 }
  for (const measure of measures) {
    for (const { at, severity } of measure.steps) {
      const rank = severities.indexOf(severity)
      const limit = rank <= current ? at * (1 - releaseShare) : at
      if (persons * measure.perPerson >= limit && rank > worst.rank) worst = { rank, measure, limit: at }
    }
  }
  return worst
}
