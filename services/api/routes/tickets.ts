// Tickets: lists, one with its life, new ones, and steps through the stages.
import { Type } from 'typebox'
import { Ticket, TicketStep } from '../../contracts/events/ticket-changed-v1.ts'
import { personOf } from '../http/authenticate.ts'
import { readPage } from '../paging.ts'
import type { Routes } from './context.ts'
import { IdParameter, List, listParameters, PageSchema, split, times } from './parameters.ts'

export const ticketRoutes: Routes = (app, { views, commands, audit }) => {
  app.get(
    '/api/v1/tickets',
    {
      config: { right: 'read' },
      schema: {
        summary: 'Tickets, newest first.',
        querystring: Type.Object({
          ...listParameters,
          stage: Type.Optional(List),
          category: Type.Optional(List),
          station: Type.Optional(List),
          community: Type.Optional(List),
          severity: Type.Optional(List),
        }),
        response: { 200: PageSchema(Ticket) },
      },
    },
    async ({ query }) => {
      const { stage, category, station, community, severity } = query
      const filters = {
        stage: split(stage),
        category: split(category),
        station: split(station),
        community: split(community),
        severity: split(severity),
      }
      return views.list<Ticket>('tickets', { ...readPage(query), ...times(query), filters })
    },
  )

  app.get(
    '/api/v1/tickets/:id',
    {
      config: { right: 'read' },
      schema: {
        summary: 'One ticket with its steps.',
        params: IdParameter,
        response: { 200: Type.Object({ ...Ticket.properties, steps: Type.Array(TicketStep) }) },
      },
    },
    async ({ params: { id } }) => ({
      ...(await views.one<Ticket>('tickets', id)),
      steps: await views.steps<TicketStep>(id),
    }),
  )

  app.post(
    '/api/v1/tickets',
    {
      config: { right: 'createTickets' },
      schema: {
        summary: 'A case reported by a person, the hotline or from footage.',
        body: Type.Object(
          { category: Type.String({ description: 'code, see /api/v1/organisation' }) },
          { additionalProperties: true, description: 'see services/tickets/README.md' },
        ),
      },
    },
    async (request, reply) => {
      const person = personOf(request)
      const given = request.body as Record<string, unknown>
      const ticket = (await commands.issue({ target: 'ticket', action: 'create', arguments: given }, person)) as Ticket
      await audit.record(person.name, 'ticket.create', ticket.id, given)
      return reply.status(201).header('location', `/api/v1/tickets/${ticket.id}`).send(ticket)
    },
  )

  app.post(
    '/api/v1/tickets/:id/transitions',
    {
      config: { right: 'moveTickets' },
      schema: {
        summary:
          'One step: file, dispatch, receive, feedback, check_pass, return, extend, suspend, resume, void, supervise, reopen, comment.',
        params: IdParameter,
        body: Type.Object(
          { action: Type.String({ maxLength: 64 }) },
          { additionalProperties: true, description: 'and what the step needs; see services/tickets/README.md' },
        ),
      },
    },
    async (request) => {
      const person = personOf(request)
      const { id } = request.params
      const { action, ...given } = request.body as { action: string } & Record<string, unknown>
      const ticket = await commands.issue({ target: 'ticket', targetId: id, action, arguments: given }, person)
      await audit.record(person.name, `ticket.${action}`, id, given)
      return ticket
    },
  )
}
