// The organisation that handles tickets, as data (config key `organisation`): tiers, grids, departments, people, categories, working calendar.
import { type Static, Type } from 'typebox'
import { AlertKind } from './alert-kinds.ts'
import { LonLat } from './geometry.ts'
import { Identifier } from './identifiers.ts'

const closed = { additionalProperties: false } as const
const ClockRange = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d-([01]\\d|2[0-4]):[0-5]\\d$' })
const DateText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })

/** A name for people in both languages. */
export const Names = Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, closed)
export type Names = Static<typeof Names>

/**
 * Units of time limits (domain.md §6.4): urgent_hour 紧急工作时 runs day and night; work_hour 工作时 runs in working hours of working days;
 * work_day 工作日: to the end of the n-th working day after; natural_day: 24 h each.
 */
export const timeUnits = ['urgent_hour', 'work_hour', 'work_day', 'natural_day'] as const
export const TimeLimit = Type.Object(
  {
    name: Identifier,
    amount: Type.Number({ exclusiveMinimum: 0, maximum: 1000 }),
    unit: Type.Enum(timeUnits),
    source: Type.Optional(Type.String({ description: 'where the figure comes from; limits are local policy' })),
  },
  closed,
)
export type TimeLimit = Static<typeof TimeLimit>

/** A category of cases: GB/T 30428.2 major (2 digits) + minor (3 digits; 080–999 are local extensions). */
export const Category = Type.Object(
  {
    code: Type.String({ pattern: '^\\d{5}$' }),
    zh: Type.String({ minLength: 1 }),
    en: Type.String({ minLength: 1 }),
    department: Identifier,
    alertKinds: Type.Array(AlertKind, { default: [] }),
    labels: Type.Optional(
      Type.Array(Type.String(), { description: 'only alerts with one of these labels, e.g. two_wheeler; default any' }),
    ),
    limits: Type.Array(TimeLimit, { minItems: 1, description: 'deadlines, counted from filing' }),
    duplicates: Type.Object(
      {
        radiusMetres: Type.Number({ default: 50, minimum: 0 }),
        withinHours: Type.Number({ default: 24, minimum: 0 }),
        sameSource: Type.Boolean({
          default: true,
          description: 'false: what one camera or device tells apart (two parked cars) are two cases',
        }),
      },
      { additionalProperties: false, default: {} },
    ),
  },
  closed,
)
export type Category = Static<typeof Category>

export const WorkingCalendar = Type.Object(
  {
    workHours: Type.Array(ClockRange, { minItems: 1 }),
    /** ISO weekdays, 1 Monday … 7 Sunday */
    workDays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1 }),
    holidays: Type.Array(
      Type.Object({ from: DateText, to: DateText, name: Type.String(), source: Type.Optional(Type.String()) }, closed),
      { default: [] },
    ),
    /** days off by weekday that are worked to make up for a holiday (调休) */
    madeUpWorkDays: Type.Array(DateText, { default: [] }),
  },
  closed,
)
export type WorkingCalendar = Static<typeof WorkingCalendar>

export const OrganisationFile = Type.Object(
  {
    name: Names,
    /** GB/T 2260 */
    adcode: Type.String({ pattern: '^\\d{6}$' }),
    /** code of the sub-district within the district, once known */
    subdistrictCode: Type.Optional(Type.String({ pattern: '^\\d{3}$' })),
    centre: Type.Object({ id: Identifier, name: Names, location: Type.Optional(LonLat) }, closed),
    stations: Type.Array(
      Type.Object({ id: Identifier, name: Names, communities: Type.Array(Identifier, { minItems: 1 }) }, closed),
      { minItems: 1 },
    ),
    communities: Type.Array(Type.Object({ id: Identifier, name: Names }, closed), { minItems: 1 }),
    grids: Type.String({ description: 'GeoJSON file beside this one: features with id, community, kind' }),
    departments: Type.Array(Type.Object({ id: Identifier, name: Names }, closed), { minItems: 1 }),
    roles: Type.Array(Type.Object({ id: Identifier, name: Names }, closed), { default: [] }),
    people: Type.Array(
      Type.Object(
        {
          id: Identifier,
          name: Names,
          role: Identifier,
          department: Type.Optional(Identifier),
          station: Type.Optional(Identifier),
          community: Type.Optional(Identifier),
          telephone: Type.Optional(Type.String()),
        },
        closed,
      ),
      { default: [] },
    ),
    roster: Type.Array(
      Type.Object({ weekday: Type.Integer({ minimum: 1, maximum: 7 }), hours: ClockRange, person: Identifier }, closed),
      { default: [], description: 'who is duty chief 值班长 when' },
    ),
    calendar: WorkingCalendar,
    categories: Type.Array(Category, { minItems: 1 }),
  },
  closed,
)
export type OrganisationFile = Static<typeof OrganisationFile>

const Ring = Type.Array(LonLat, { minItems: 4, description: 'closed: the last point repeats the first (RFC 7946)' })

/** One governance grid 网格 (not a unit grid 单元网格: domain.md §6.3). */
export const GridFeature = Type.Object({
  type: Type.Literal('Feature'),
  properties: Type.Object({
    id: Identifier,
    community: Identifier,
    kind: Type.Enum(['general', 'dedicated'], { description: '综合网格, 专属网格' }),
    name: Names,
  }),
  geometry: Type.Object({ type: Type.Literal('Polygon'), coordinates: Type.Array(Ring, { minItems: 1 }) }),
})
export type GridFeature = Static<typeof GridFeature>

export const GridFile = Type.Object({
  type: Type.Literal('FeatureCollection'),
  features: Type.Array(GridFeature, { minItems: 1 }),
})
export type GridFile = Static<typeof GridFile>

/** The organisation with its grids, as read and checked. */
export interface Organisation extends Omit<OrganisationFile, 'grids'> {
  readonly grids: readonly GridFeature[]
}
