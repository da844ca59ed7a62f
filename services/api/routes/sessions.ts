// Login and logout; users, tokens and the audit trail for admins.
import { Type } from 'typebox'
import { Timestamp } from '../../contracts/cloud-event.ts'
import { AppError } from '../../contracts/errors.ts'
import { roleNames } from '../auth/roles.ts'
import { personOf, sessionCookie, tokenOf } from '../http/authenticate.ts'
import { pageParameters, readPage } from '../paging.ts'
import type { Routes } from './context.ts'

const UserName = Type.String({ pattern: '^[a-z][a-z0-9._-]{0,63}$', description: 'lower-case letters, digits, . _ -' })
const Password = Type.String({ minLength: 12, maxLength: 256, description: 'at least 12 characters' })
const Roles = Type.Array(Type.Enum(roleNames), { minItems: 1 })
const NameParameter = Type.Object({ name: UserName })

export const sessionRoutes: Routes = (app, { accounts, audit, config }) => {
  const secure = config.http.tls ? '; Secure' : ''
  const cookie = (value: string, seconds: number) =>
    `${sessionCookie}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`

  app.post(
    '/api/v1/login',
    {
      config: { right: 'public', rateLimit: { max: config.http.loginsPerMinute, timeWindow: '1 minute' } },
      schema: {
        summary: 'A session: a bearer token, and the same as a cookie for browsers.',
        body: Type.Object({ user: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 256 }) }),
      },
    },
    async ({ body: { user, password } }, reply) => {
      const session = await accounts.login(user, password)
      await audit.record(user, 'login', user)
      void reply.header('set-cookie', cookie(session.token, Math.round(config.api.sessionHours * 3600)))
      return { token: session.token, expiresAt: session.expiresAt, user: session.user }
    },
  )

  app.post(
    '/api/v1/logout',
    { config: { right: 'read' }, schema: { summary: 'Ends the session.' } },
    async (request, reply) => {
      const token = tokenOf(request)
      if (token !== undefined) await accounts.logout(token)
      return reply.header('set-cookie', cookie('', 0)).status(204).send()
    },
  )

  app.get('/api/v1/me', { config: { right: 'read' }, schema: { summary: 'Who I am.' } }, async (request) =>
    personOf(request),
  )

  app.post(
    '/api/v1/me/password',
    {
      config: { right: 'read', rateLimit: { max: config.http.loginsPerMinute, timeWindow: '1 minute' } },
      schema: {
        summary: 'A new password; ends all sessions.',
        body: Type.Object({ old: Type.String(), new: Password }),
      },
    },
    async (request, reply) => {
      const { name } = personOf(request)
      await accounts.login(name, request.body.old)
      await accounts.change(name, { password: request.body.new })
      await audit.record(name, 'password', name)
      return reply.status(204).send()
    },
  )

  app.get('/api/v1/users', { config: { right: 'manageUsers' }, schema: { summary: 'Everybody.' } }, async () => ({
    items: await accounts.list(),
    nextCursor: null,
  }))

  app.post(
    '/api/v1/users',
    {
      config: { right: 'manageUsers' },
      schema: {
        summary: 'A new user; without a password one is made and told once.',
        body: Type.Object(
          { name: UserName, roles: Roles, password: Type.Optional(Password) },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { name, roles, password } = request.body
      const created = await accounts.create(name, roles, password)
      await audit.record(personOf(request).name, 'user.create', name, { roles })
      return reply.status(201).send({ name, roles, ...(password === undefined ? { password: created.password } : {}) })
    },
  )

  app.patch(
    '/api/v1/users/:name',
    {
      config: { right: 'manageUsers' },
      schema: {
        summary: 'Roles, password, disabled. A new password or disabling ends all sessions and tokens.',
        params: NameParameter,
        body: Type.Object(
          { roles: Type.Optional(Roles), password: Type.Optional(Password), disabled: Type.Optional(Type.Boolean()) },
          { additionalProperties: false, minProperties: 1 },
        ),
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const { roles, disabled, password } = request.body
      if (name === personOf(request).name && (disabled === true || roles?.includes('admin') === false)) {
        throw new AppError('QLY_CONFLICT', 'you cannot take your own admin rights away; ask another admin')
      }
      await accounts.change(name, request.body)
      await audit.record(personOf(request).name, 'user.change', name, {
        roles,
        disabled,
        password: password !== undefined,
      })
      return reply.status(204).send()
    },
  )

  app.get(
    '/api/v1/tokens',
    { config: { right: 'manageUsers' }, schema: { summary: 'Tokens of programs, without the tokens themselves.' } },
    async () => ({
      items: await accounts.tokens(),
      nextCursor: null,
    }),
  )

  app.post(
    '/api/v1/tokens',
    {
      config: { right: 'manageUsers' },
      schema: {
        summary: 'A token for a program, told once; it has the roles of its user.',
        body: Type.Object({
          user: UserName,
          label: Type.String({ minLength: 1, maxLength: 128 }),
          expiresAt: Type.Optional(Timestamp),
        }),
      },
    },
    async (request, reply) => {
      const { user, label, expiresAt } = request.body
      const token = await accounts.createToken(user, label, expiresAt === undefined ? null : Date.parse(expiresAt))
      await audit.record(personOf(request).name, 'token.create', token.id, { user, label })
      return reply.status(201).send(token)
    },
  )

  app.delete(
    '/api/v1/tokens/:id',
    {
      config: { right: 'manageUsers' },
      schema: { summary: 'Takes a token back.', params: Type.Object({ id: Type.String() }) },
    },
    async (request, reply) => {
      await accounts.revokeToken(request.params.id)
      await audit.record(personOf(request).name, 'token.revoke', request.params.id)
      return reply.status(204).send()
    },
  )

  app.get(
    '/api/v1/audit',
    {
      config: { right: 'readAudit' },
      schema: { summary: 'What people did, newest first.', querystring: Type.Object(pageParameters) },
    },
    async ({ query }) => audit.list(readPage(query)),
  )
}
