// Silences, while which nobody is told of alerts that match; and the notices: what people were told of alerts.
import { Type } from 'typebox'
import { NoticeIssued } from '../../contracts/events/notice-issued-v1.ts'
import { Silence, SilenceRequest } from '../../contracts/silences.ts'
import { personOf } from '../http/authenticate.ts'
import { readPage } from '../paging.ts'
import type { Routes } from './context.ts'
import { IdParameter, listParameters, PageSchema, times } from './parameters.ts'

export const silenceRoutes: Routes = (app, { views, commands, audit }) => {
  app.get(
    '/api/v1/silences',
    {
      config: { right: 'read' },
      schema: {
        summary: 'Those in force first, by when they end; then those that ended, newest first.',
        querystring: Type.Object({ ...listParameters, active: Type.Optional(Type.Boolean()) }),
        response: { 200: PageSchema(Silence) },
      },
    },
    async ({ query }) =>
      views.list<Silence>('silences', {
        ...readPage(query),
        ...times(query),
        filters: { active: query.active === undefined ? undefined : [query.active ? 1 : 0] },
      }),
  )

  app.get(
    '/api/v1/notices',
    {
      config: { right: 'read' },
      schema: {
        summary: 'What people were told of alerts, newest first; the last thousand.',
        querystring: Type.Object(listParameters),
        response: { 200: PageSchema(Type.Object({ id: Type.String(), ...NoticeIssued.properties })) },
      },
    },
    async ({ query }) => views.list<NoticeIssued>('notices', { ...readPage(query), ...times(query) }),
  )

  app.post(
    '/api/v1/silences',
    {
      config: { right: 'handleAlerts' },
      schema: {
        summary: 'Mutes alerts that match, until a time, for a reason.',
        body: SilenceRequest,
        response: { 201: Silence },
      },
    },
    async (request, reply) => {
      const person = personOf(request)
      const given = request.body
      const result = (await commands.issue(
        { target: 'silence', action: 'create', arguments: given },
        person,
      )) as Silence
      await audit.record(person.name, 'silence.create', result.id, given)
      return reply.status(201).send(result)
    },
  )

  app.delete(
    '/api/v1/silences/:id',
    { config: { right: 'handleAlerts' }, schema: { summary: 'Ends a silence.', params: IdParameter } },
    async (request) => {
      const person = personOf(request)
      const { id } = request.params
      const result = await commands.issue({ target: 'silence', targetId: id, action: 'expire', arguments: {} }, person)
      await audit.record(person.name, 'silence.expire', id)
      return result ?? {}
    },
  )
}
