// Parts of request schemas that several routes share.
import { Type } from 'typebox'
import { Timestamp } from '../../contracts/cloud-event.ts'
import { pageParameters } from '../paging.ts'

/** One value or several, comma-separated. */
export const List = Type.String({ maxLength: 500, description: 'one value, or several with commas' })

export const split = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '')

/** Parameters of lists in time: newest first. */
export const listParameters = {
  ...pageParameters,
  from: Type.Optional(Timestamp),
  to: Type.Optional(Timestamp),
}

export const times = ({ from, to }: { from?: string; to?: string }) => ({
  from: from === undefined ? undefined : Date.parse(from),
  to: to === undefined ? undefined : Date.parse(to),
})

export const IdParameter = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) })

/** A page of items of a schema. */
export const PageSchema = <Schema extends import('typebox').TSchema>(item: Schema) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) })
