// Alerts: lists, one with its life, and what people do about them.
import { Type } from 'typebox'
import { Alert, AlertStep } from '../../contracts/events/alert-changed-v1.ts'
import { personOf } from '../http/authenticate.ts'
import { readPage } from '../paging.ts'
import type { Routes } from './context.ts'
import { IdParameter, List, listParameters, PageSchema, split, times } from './parameters.ts'

/** path → action of the alerts room, and what its body must say */
const actions = {
  ack: {
    action: 'acknowledge',
    summary: 'I have seen it.',
    body: Type.Object({ comment: Type.Optional(Type.String({ maxLength: 2000 })) }),
  },
  dismiss: {
    action: 'dismiss',
    summary: 'It is false; say why. The same thing is not told again.',
    body: Type.Object({
      reason: Type.String({ minLength: 1, maxLength: 2000 }),
      falseAlarm: Type.Optional(
        Type.Boolean({
          description:
            'true: nothing of the kind is told of this spot for a while (a false mark; its id comes back as `falseMarkId`), unless it is more severe',
        }),
      ),
    }),
  },
  escalate: {
    action: 'escalate',
    summary: 'It is worse than it says.',
    body: Type.Object({
      severity: Type.Optional(Type.String()),
      comment: Type.Optional(Type.String({ maxLength: 2000 })),
    }),
  },
} as const

export const alertRoutes: Routes = (app, { views, commands, audit }) => {
  app.get(
    '/api/v1/alerts',
    {
      config: { right: 'read' },
      schema: {
        summary: 'Alerts, newest first.',
        querystring: Type.Object({
          ...listParameters,
          state: Type.Optional(List),
          kind: Type.Optional(List),
          severity: Type.Optional(List),
          source: Type.Optional(List),
        }),
        response: { 200: PageSchema(Alert) },
      },
    },
    async ({ query }) =>
      views.list<Alert>('alerts', {
        ...readPage(query),
        ...times(query),
        filters: {
          state: split(query.state),
          kind: split(query.kind),
          severity: split(query.severity),
          source: split(query.source),
        },
      }),
  )

  app.get(
    '/api/v1/alerts/:id',
    {
      config: { right: 'read' },
      schema: {
        summary: 'One alert with its steps.',
        params: IdParameter,
        response: { 200: Type.Object({ ...Alert.properties, steps: Type.Array(AlertStep) }) },
      },
    },
    async ({ params: { id } }) => ({
      ...(await views.one<Alert>('alerts', id)),
      steps: await views.steps<AlertStep>(id),
    }),
  )

  for (const [path, { action, summary, body }] of Object.entries(actions)) {
    app.post(
      `/api/v1/alerts/:id/${path}`,
      {
        config: { right: 'handleAlerts' },
        schema: { summary, params: IdParameter, body: Type.Union([body, Type.Null()]) },
      },
      async (request) => {
        const { id } = request.params as { id: string }
        const person = personOf(request)
        const given = (request.body ?? {}) as Record<string, unknown>
        const result = await commands.issue({ target: 'alert', targetId: id, action, arguments: given }, person)
        await audit.record(person.name, `alert.${action}`, id, given)
        return result
      },
    )
  }
}
