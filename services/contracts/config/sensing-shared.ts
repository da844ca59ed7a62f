// Config of sensing: the parts that its sections share: persistence, rising limits, the name of a standard.
import { type Static, type TSchema, Type } from 'typebox'
import { Severity } from '../alert-kinds.ts'
import { Identifier } from '../identifiers.ts'

type SeverityName = Static<typeof Severity>
export const section = { additionalProperties: false, default: {} } as const
export const closed = { additionalProperties: false } as const
export const Standard = (name: string) =>
  Type.String({ default: name, maxLength: 100, description: 'whose limits these are' })
export const By = <Value extends TSchema>(value: Value, description: string) =>
  Type.Record(Identifier, value, { default: {}, description })

/** k of the last n samples must agree before a state changes; samples older than the age do not count. */
export const Persistence = (k: number, n: number, maximumAgeSeconds: number) =>
  Type.Object(
    {
      k: Type.Integer({ default: k, minimum: 1, maximum: 60 }),
      n: Type.Integer({ default: n, minimum: 1, maximum: 60, description: 'at least k' }),
      maximumAgeSeconds: Type.Number({ default: maximumAgeSeconds, minimum: 1, maximum: 604_800 }),
    },
    section,
  )
export type Persistence = Static<ReturnType<typeof Persistence>>

/** Rising limits with the severity that each brings. */
export const Rungs = (list: readonly (readonly [at: number, severity: SeverityName])[], description: string) =>
  Type.Array(Type.Object({ at: Type.Number(), severity: Severity }, closed), {
    default: list.map(([at, severity]) => ({ at, severity })),
    minItems: 1,
    maxItems: 8,
    description,
  })
export type Rungs = Static<ReturnType<typeof Rungs>>
