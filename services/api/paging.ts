// Lists page by cursor: the place after the last item of the page before, so that new items neither repeat nor hide any.
import { Type } from 'typebox'
import { AppError } from '../contracts/errors.ts'

export interface Cursor {
  /** ms since the epoch */
  readonly at: number
  readonly id: string
}

export interface PageQuery {
  readonly limit: number
  readonly cursor?: Cursor | undefined
}

export interface Page<Item> {
  readonly items: Item[]
  /** give it as `cursor` for the next page; null: that was all */
  readonly nextCursor: string | null
}

/** The query parameters of every list. */
export const pageParameters = {
  limit: Type.Integer({ default: 50, minimum: 1, maximum: 200 }),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'nextCursor of the page before' })),
}

export function readPage({ limit, cursor }: { limit: number; cursor?: string }): PageQuery {
  return { limit, cursor: cursor === undefined ? undefined : readCursor(cursor) }
}

/** Makes a page of up to `limit` items out of rows of which one more than that was asked for. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  place: (row: Row) => Cursor,
  item: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(item), nextCursor: rows.length > limit && last ? writeCursor(place(last)) : null }
}

const writeCursor = ({ at, id }: Cursor): string => Buffer.from(JSON.stringify([at, id])).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    if (typeof at === 'number' && typeof id === 'string') return { at, id }
  } catch {
    // said below
  }
  throw new AppError('QLY_INPUT_INVALID', 'this cursor is not one of ours; take nextCursor of the page before')
}
