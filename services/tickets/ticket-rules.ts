// What the life cycle and dispatch need of the organisation: categories, limits on the calendar, grids, departments.
import { DateTime } from 'luxon'
import type { Config } from '../contracts/config/config.ts'
import type { LonLat } from '../contracts/geometry.ts'
import type { Category, Organisation } from '../contracts/organisation.ts'
import { createGridLookup, type GridPlace } from './grid-lookup.ts'
import type { LifeCycleRules } from './life-cycle.ts'
import { deadline } from './working-calendar.ts'

export interface TicketRules extends LifeCycleRules {
  readonly adcode: string
  readonly categories: readonly Category[]
  category(code: string): Category | undefined
  grid(location: LonLat | null): GridPlace | null
  /** local date of a moment, yyyy-mm-dd */
  day(at: number): string
}

export function createTicketRules(
  organisation: Organisation,
  config: Pick<Config, 'timezone' | 'tickets'>,
): TicketRules {
  const byCode = new Map(organisation.categories.map((category) => [category.code, category]))
  const lookUp = createGridLookup(organisation, config.tickets.gridToleranceMetres)
  return {
    adcode: organisation.adcode,
    categories: organisation.categories,
    departments: new Set(organisation.departments.map(({ id }) => id)),
    category: (code) => byCode.get(code),
    grid: (location) => location && lookUp(location),
    day: (at) => DateTime.fromMillis(at, { zone: config.timezone }).toFormat('yyyy-MM-dd'),
    deadlinesFrom: ({ category }, at) =>
      (byCode.get(category.code)?.limits ?? []).map((limit) => ({
        name: limit.name,
        at: new Date(deadline(at, limit, organisation.calendar, config.timezone)).toISOString(),
        met: null,
      })),
  }
}
