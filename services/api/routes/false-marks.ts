// False marks: where "false alarm: not here again" was said, how to take it back, and their pictures as samples for training.
import { Type } from 'typebox'
import { AlertKind } from '../../contracts/alert-kinds.ts'
import { Evidence } from '../../contracts/evidence.ts'
import { FalseMark } from '../../contracts/false-marks.ts'
import { PictureBox } from '../../contracts/geometry.ts'
import { personOf } from '../http/authenticate.ts'
import { readPage } from '../paging.ts'
import type { Routes } from './context.ts'
import { IdParameter, listParameters, PageSchema, times } from './parameters.ts'

const Sample = Type.Object({
  markId: Type.String(),
  kind: AlertKind,
  taken: Type.Union([Type.String(), Type.Null()], { description: 'the class that it was taken for, where known' }),
  url: Evidence.properties.url,
  sha256: Evidence.properties.sha256,
  at: Evidence.properties.at,
  box: Type.Union([PictureBox, Type.Null()]),
  label: Type.Literal('false'),
  line: Type.String({
    description:
      'YOLO label of the picture: class 0 (`names`), then centre x, centre y, width, height as fractions; empty where no box is known: the picture is background',
  }),
})

export const falseMarkRoutes: Routes = (app, { views, commands, audit }) => {
  app.get(
    '/api/v1/false-marks',
    {
      config: { right: 'read' },
      schema: {
        summary: 'Those in force first, by when they end; then expired and revoked ones, newest first.',
        querystring: Type.Object({ ...listParameters, active: Type.Optional(Type.Boolean()) }),
        response: { 200: PageSchema(FalseMark) },
      },
    },
    async ({ query }) =>
      views.list<FalseMark>('false_marks', {
        ...readPage(query),
        ...times(query),
        filters: { state: query.active === undefined ? undefined : query.active ? ['active'] : ['expired', 'revoked'] },
      }),
  )

  app.delete(
    '/api/v1/false-marks/:id',
    {
      config: { right: 'handleAlerts' },
      schema: {
        summary: 'Revokes a false mark: what is there may open alerts again, and its pictures are no samples any more.',
        params: IdParameter,
        response: { 200: FalseMark },
      },
    },
    async (request) => {
      const person = personOf(request)
      const { id } = request.params
      const command = { target: 'false_mark', targetId: id, action: 'revoke', arguments: {} } as const
      const result = (await commands.issue(command, person)) as FalseMark
      await audit.record(person.name, 'false_mark.revoke', id)
      return result
    },
  )

  app.get(
    '/api/v1/false-marks/samples',
    {
      config: { right: 'readSamples' },
      schema: {
        summary:
          'Plain pictures of false alarms with YOLO labels; get each by its url. A page of marks a time, several pictures of a mark; the box is that of the newest.',
        querystring: Type.Object(listParameters),
        response: { 200: Type.Object({ names: Type.Array(Type.String()), ...PageSchema(Sample).properties }) },
      },
    },
    async ({ query }) => {
      const filters = { state: ['active', 'expired'] }
      const { items, nextCursor } = await views.list<FalseMark>('false_marks', {
        ...readPage(query),
        ...times(query),
        filters,
      })
      return { names: ['false'], items: items.flatMap(samplesOf), nextCursor }
    },
  )
}

/** One sample a picture. */
export const samplesOf = ({ id, kind, label, box, evidence }: FalseMark) =>
  evidence.map(({ url, sha256, at }) => ({
    markId: id,
    kind,
    taken: label,
    url,
    sha256,
    at,
    box,
    label: 'false' as const,
    line: box ? yoloLine(box) : '',
  }))

/** `class cx cy w h`, fractions of the picture; the only class is 0. */
export function yoloLine([x1, y1, x2, y2]: PictureBox): string {
  return `0 ${[(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1].map((value) => value.toFixed(6)).join(' ')}`
}
