// Time series for charts: raw samples, windows, or the newest values.
import { Type } from 'typebox'
import { Timestamp } from '../../contracts/cloud-event.ts'
import { AppError } from '../../contracts/errors.ts'
import type { Series } from '../../kernel/time-series/time-series.ts'
import type { Routes } from './context.ts'
import { List, split } from './parameters.ts'

const day = 86_400_000
const longestRangeMs = 400 * day
const mostWindows = 10_000

const Query = Type.Object(
  {
    measurement: Type.String({
      pattern: '^[a-z][a-z0-9_.]{0,63}$',
      description: 'reading, detection, alert, ticket …',
    }),
    field: Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_.]{0,63}$' }),
    from: Type.Optional(Timestamp),
    to: Type.Optional(Timestamp),
    everySeconds: Type.Optional(
      Type.Number({ minimum: 1, maximum: 31_536_000, description: 'windows of this length' }),
    ),
    aggregate: Type.Enum(['mean', 'min', 'max', 'sum', 'count', 'last'], { default: 'mean' }),
    groupBy: Type.Optional(List),
    last: Type.Optional(Type.Boolean({ description: 'only the newest value of each series' })),
    limit: Type.Integer({ default: 10_000, minimum: 1, maximum: 100_000 }),
  },
  { additionalProperties: true, description: 'tag.NAME=VALUE[,VALUE] narrows by tags, e.g. tag.deviceId=river-01' },
)

const SeriesBody = Type.Object({
  items: Type.Array(
    Type.Object({
      tags: Type.Record(Type.String(), Type.String()),
      samples: Type.Array(
        Type.Object({ time: Type.Integer({ description: 'ms since the epoch' }), value: Type.Number() }),
      ),
    }),
  ),
  nextCursor: Type.Null(),
})

export const seriesRoutes: Routes = (app, { timeSeries, clock }) => {
  app.get(
    '/api/v1/series',
    {
      config: { right: 'read' },
      schema: { summary: 'Time series.', querystring: Query, response: { 200: SeriesBody } },
    },
    async ({ query }) => {
      const selector = { measurement: query.measurement, field: query.field, tags: tagsOf(query) }
      const answer = (items: Series[]) => ({
        items: items.map(({ tags, samples }) => ({
          tags: { ...tags },
          samples: samples.map((sample) => ({ ...sample })),
        })),
        nextCursor: null,
      })
      if (query.last) return answer(await timeSeries.last(selector))
      const to = query.to === undefined ? clock.now() : Date.parse(query.to)
      const from = query.from === undefined ? to - day : Date.parse(query.from)
      if (!(from < to)) throw new AppError('QLY_INPUT_INVALID', '"from" must be before "to"')
      if (to - from > longestRangeMs) throw new AppError('QLY_INPUT_INVALID', 'a range is 400 days at most')
      if (query.everySeconds === undefined) return answer(await timeSeries.range(selector, { from, to }, query.limit))
      const everyMs = query.everySeconds * 1000
      if ((to - from) / everyMs > mostWindows)
        throw new AppError('QLY_INPUT_INVALID', `more than ${mostWindows} windows; make everySeconds larger`)
      return answer(await timeSeries.windows(selector, { from, to }, everyMs, query.aggregate, split(query.groupBy)))
    },
  )
}

function tagsOf(query: Readonly<Record<string, unknown>>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(query)
      .filter(([name]) => name.startsWith('tag.'))
      .map(([name, value]) => [name.slice(4), split(String(value)) ?? []]),
  )
}
