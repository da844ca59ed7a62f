// The HTTP server: Fastify with our limits, headers, errors, documents and the console's files. Routes are in ../routes.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController, type RawServerDefault } from 'fastify'
import type { Config } from '../../contracts/config/config.ts'
import { AppError } from '../../contracts/errors.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import { answerErrors } from './errors.ts'

export type Http = FastifyInstance<
  RawServerDefault,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

const consoleFiles = path.resolve(import.meta.dirname, '../../console/dist')

/** A server without routes; they are added before it listens. */
export async function createHttp(
  { logger }: { readonly logger: Logger },
  config: Config,
  version: string,
): Promise<Http> {
  const app = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: logger.level !== 'debug' }),
    bodyLimit: config.http.bodyLimitBytes,
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, allErrors: true } },
    ...(config.http.tls ? { https: tlsFiles(config.http.tls) } : {}),
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as Http
  answerErrors(app as unknown as FastifyInstance)
  securityHeaders(app, config)
  await app.register(rateLimit, { max: config.http.requestsPerMinute, timeWindow: '1 minute' })
  // watchers only listen
  await app.register(websocket, { options: { maxPayload: 1024 } })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'qianliyan', version, description: '千里眼: alerts, tickets, cameras, devices, series.' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  })
  await serveConsole(app)
  return app
}

function tlsFiles({ certificate, key }: { certificate: string; key: string }): { cert: Buffer; key: Buffer } {
  try {
    return { cert: readFileSync(certificate), key: readFileSync(key) }
  } catch (cause) {
    throw new AppError('QLY_CONFIG_INVALID', `http.tls: ${(cause as Error).message}`, { cause })
  }
}

/** OWASP Secure Headers: nothing is loaded from elsewhere, nothing frames us. */
function securityHeaders(app: Http, { http }: Config): void {
  app.addHook('onSend', async (_request, reply) => {
    void reply.headers({
      'content-security-policy':
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      ...(http.tls ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    })
  })
}

async function serveConsole(app: Http): Promise<void> {
  if (existsSync(path.join(consoleFiles, 'index.html'))) {
    await app.register(fastifyStatic, { root: consoleFiles, prefix: '/', wildcard: false })
    return
  }
  app.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('text/plain; charset=utf-8')
      .send('千里眼 qianliyan: the console is not built (npm run console:build). API: /openapi.json\n'),
  )
}
