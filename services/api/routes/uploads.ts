// Footage uploads: tus requests of pilots, handed to the footage room after the log-in.
import type { HTTPMethods } from 'fastify'
import { AppError } from '../../contracts/errors.ts'
import { personOf } from '../http/authenticate.ts'
import type { Routes } from './context.ts'

/** no GET: what was uploaded is not served from here */
const methods: HTTPMethods[] = ['POST', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS']

export const uploadRoutes: Routes = (app, { upload, audit }) => {
  void app.register(async (scope) => {
    // the bytes are read by the tus server, not by us
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    for (const url of ['/api/v1/footage/uploads', '/api/v1/footage/uploads/:id']) {
      scope.route({
        method: methods,
        url,
        exposeHeadRoute: false,
        config: { right: 'uploadFootage', rateLimit: { max: 6000, timeWindow: '1 minute' } },
        schema: {
          summary: 'Resumable upload of footage: tus 1.0.0 (creation, termination, expiration).',
          hide: url.endsWith(':id'),
        },
        handler: async (request, reply) => {
          if (!upload) throw new AppError('QLY_NOT_FOUND', 'this process takes no footage')
          const { name } = personOf(request)
          if (request.method === 'POST') await audit.record(name, 'footage.upload', '')
          reply.hijack()
          await upload(request.raw, reply.raw, name)
        },
      })
    }
  })
}
