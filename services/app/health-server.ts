// /healthz, /readyz and /metrics of a process that has no api role (an `eyes` worker, say).
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '../contracts/config/config.ts'
import { AppError, asAppError } from '../contracts/errors.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'

export function createHealthServer(
  { registry }: Pick<Kernel, 'registry'>,
  { bind, http }: Pick<Config, 'bind' | 'http'>,
  wiring: { readonly check: () => Promise<void> },
): Service & { readonly port: number } {
  let server: Server | undefined
  let port = 0

  async function answer(path: string): Promise<{ status: number; type: string; body: string }> {
    if (path === '/metrics') return { status: 200, type: registry.contentType, body: await registry.metrics() }
    if (path === '/healthz') return { status: 200, type: 'application/json', body: '{"status":"ok"}' }
    if (path !== '/readyz') return { status: 404, type: 'application/json', body: '{"code":"QLY_NOT_FOUND"}' }
    try {
      await wiring.check()
      return { status: 200, type: 'application/json', body: '{"status":"ready"}' }
    } catch (error) {
      const { code, message } = asAppError(error)
      return { status: 503, type: 'application/json', body: JSON.stringify({ status: 'not ready', code, message }) }
    }
  }

  return {
    name: 'health',
    level: 'sink',
    get port() {
      return port
    },
    start: () =>
      new Promise((resolve, reject) => {
        server = createServer((request, response) => {
          void answer(request.url?.split('?')[0] ?? '/').then(({ status, type, body }) =>
            response.writeHead(status, { 'content-type': type }).end(body),
          )
        })
        server.once('error', (cause: NodeJS.ErrnoException) =>
          reject(
            cause.code === 'EADDRINUSE'
              ? new AppError('QLY_PORT_IN_USE', `port ${http.port} is taken; set http.port or QLY_HTTP_PORT (0: any)`, {
                  cause,
                })
              : asAppError(cause),
          ),
        )
        const listening = server
        listening.listen(http.port, bind, () => {
          port = (listening.address() as AddressInfo).port
          resolve()
        })
      }),
    async stop() {
      server?.closeAllConnections()
      await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()))
      server = undefined
    },
  }
}
