// The ledger of vehicles that stand for days: the list, one with its pictures and steps, and what people do: notice, tow, dismiss.
import { Type } from 'typebox'
import { LedgerEntry } from '../../contracts/events/ledger-changed-v1.ts'
import { personOf } from '../http/authenticate.ts'
import { readPage } from '../paging.ts'
import type { Routes } from './context.ts'
import { IdParameter, List, listParameters, PageSchema, split, times } from './parameters.ts'

const steps = {
  notice: 'A notice was put on it (贴告知书); the time until the tow runs.',
  tow: 'It was towed (清拖), after the notice ran out.',
  dismiss: 'It is none; say why.',
} as const

export const ledgerRoutes: Routes = (app, { views, commands, audit }) => {
  app.get(
    '/api/v1/ledger',
    {
      config: { right: 'read' },
      schema: {
        summary: 'Vehicles that stand for days, those that stood longest last.',
        querystring: Type.Object({ ...listParameters, state: Type.Optional(List), camera: Type.Optional(List) }),
        response: { 200: PageSchema(LedgerEntry) },
      },
    },
    async ({ query }) =>
      views.list<LedgerEntry>('ledger', {
        ...readPage(query),
        ...times(query),
        filters: { state: split(query.state), camera: split(query.camera) },
      }),
  )

  app.get(
    '/api/v1/ledger/:id',
    {
      config: { right: 'read' },
      schema: {
        summary: 'One vehicle with its pictures and steps.',
        params: IdParameter,
        response: { 200: LedgerEntry },
      },
    },
    async ({ params: { id } }) => views.one<LedgerEntry>('ledger', id),
  )

  for (const [action, summary] of Object.entries(steps)) {
    app.post(
      `/api/v1/ledger/:id/${action}`,
      {
        config: { right: 'handleAlerts' },
        schema: {
          summary,
          params: IdParameter,
          body: Type.Union([
            Type.Object({ comment: Type.Optional(Type.String({ maxLength: 2000 })) }, { additionalProperties: false }),
            Type.Null(),
          ]),
        },
      },
      async (request) => {
        const { id } = request.params as { id: string }
        const person = personOf(request)
        const given = (request.body ?? {}) as Record<string, unknown>
        const result = await commands.issue({ target: 'ledger', targetId: id, action, arguments: given }, person)
        await audit.record(person.name, `ledger.${action}`, id, given)
        return result
      },
    )
  }
}
