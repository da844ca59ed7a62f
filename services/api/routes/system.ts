// Whether it lives, whether it works, its figures, its documents.
import { Type } from 'typebox'
import { asAppError } from '../../contracts/errors.ts'
import { asyncApiYaml } from '../documents/asyncapi.ts'
import type { Routes } from './context.ts'

const open = { config: { right: 'public' as const, rateLimit: false as const } }

export const systemRoutes: Routes = (app, { check, registry, config, version, organisation }) => {
  app.get('/healthz', { ...open, schema: { summary: 'The process lives.' } }, async () => ({ status: 'ok' }))

  app.get(
    '/readyz',
    { ...open, schema: { summary: 'Every part works; 503 with the reason while one does not.' } },
    async (_request, reply) => {
      try {
        await check()
        return { status: 'ready' }
      } catch (error) {
        const { code, message } = asAppError(error)
        return reply.status(503).send({ status: 'not ready', code, message })
      }
    },
  )

  app.get('/metrics', { ...open, schema: { summary: 'Prometheus figures.' } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )

  app.get('/openapi.json', { ...open, schema: { hide: true } }, async () => app.swagger())

  app.get('/asyncapi.yaml', { ...open, schema: { summary: 'AsyncAPI 3 of all events.' } }, async (_request, reply) =>
    reply.type('application/yaml').send(asyncApiYaml(config, version)),
  )

  app.get(
    '/api/v1/organisation',
    {
      config: { right: 'read' },
      schema: {
        summary: 'Tiers, grids, departments, categories; telephones left out.',
        response: { 200: Type.Unknown() },
      },
    },
    async () => ({
      ...organisation,
      people: organisation.people.map(({ telephone: _telephone, ...person }) => person),
    }),
  )
}
