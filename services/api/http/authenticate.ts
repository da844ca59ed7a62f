// Who asks: a bearer token, or the cookie of a browser's session. Each route names the right that it demands.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../../contracts/errors.ts'
import type { Accounts, Person } from '../auth/accounts.ts'
import { may, type Right, rights } from '../auth/roles.ts'

declare module 'fastify' {
  interface FastifyRequest {
    person: Person | undefined
  }
  interface FastifyContextConfig {
    /** the right that the route demands; `public`: none */
    right?: Right | 'public'
  }
}

export const sessionCookie = 'qly_session'

/** Refuses every route under /api that says no right of its own, so that none can be left open by mistake. */
export function authenticate(app: FastifyInstance, accounts: Accounts): void {
  app.decorateRequest('person', undefined)
  app.addHook('onRequest', async (request) => {
    const right = request.routeOptions.config.right ?? (request.url.startsWith('/api/') ? 'manageUsers' : 'public')
    if (right === 'public' || request.is404) return
    const token = tokenOf(request)
    const person = token === undefined ? undefined : await accounts.holder(token)
    if (!person) throw new AppError('QLY_UNAUTHENTICATED', 'log in at /api/v1/login, or send a valid bearer token')
    if (!may(person.roles, right)) {
      throw new AppError('QLY_FORBIDDEN', `this is for ${rights[right].join(', ')}; you are ${person.roles.join(', ')}`)
    }
    request.person = person
  })
}

/** The person of an authenticated request. */
export function personOf(request: FastifyRequest): Person {
  if (!request.person) throw new AppError('QLY_UNAUTHENTICATED', 'no credential')
  return request.person
}

/**
 * The token of a request. The cookie is SameSite=Strict, and for requests that change something it counts only with a header that no
 * foreign page can send without our consent (OWASP CSRF Prevention Cheat Sheet, custom request headers).
 */
export function tokenOf(request: FastifyRequest): string | undefined {
  const [scheme = '', token] = (request.headers.authorization ?? '').split(' ')
  if (scheme.toLowerCase() === 'bearer' && token) return token
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (!reads && request.headers['x-requested-with'] === undefined) return undefined
  return (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim().split('='))
    .find(([name]) => name === sessionCookie)?.[1]
}
