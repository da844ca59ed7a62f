// Devices, what models and limits found, what could not be read.
import { Type } from 'typebox'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { FootageChanged } from '../../contracts/events/footage-changed-v1.ts'
import type { LetterDied } from '../../contracts/events/letter-died-v1.ts'
import { deviceKinds } from '../../contracts/events/reading-recorded-v1.ts'
import { LonLat } from '../../contracts/geometry.ts'
import { Identifier } from '../../contracts/identifiers.ts'
import { createCameraIndex } from '../../kernel/cameras/camera-index.ts'
import { personOf } from '../http/authenticate.ts'
import { readPage } from '../paging.ts'
import type { DeviceView } from '../projection/projector.ts'
import type { Routes } from './context.ts'
import { IdParameter, List, listParameters, split, times } from './parameters.ts'

export const deviceRoutes: Routes = (app, { config, views, commands, audit, timeSeries }) => {
  const cameras = createCameraIndex(config)

  app.get(
    '/api/v1/devices',
    {
      config: { right: 'read' },
      schema: {
        summary: 'Devices that have spoken, with their twins; cameras are under /cameras.',
        querystring: Type.Object({ ...listParameters, kind: Type.Optional(List), status: Type.Optional(List) }),
      },
    },
    async ({ query }) => {
      const filters = { kind: split(query.kind), status: split(query.status) }
      const page = await views.list<DeviceView>('devices', { ...readPage(query), ...times(query), filters })
      return { ...page, items: page.items.filter(({ id }) => !cameras.get(id)) }
    },
  )

  app.get(
    '/api/v1/devices/:id',
    { config: { right: 'read' }, schema: { summary: 'One device: its twin.', params: IdParameter } },
    async ({ params: { id } }) => views.one<DeviceView>('devices', id),
  )

  app.post(
    '/api/v1/devices',
    {
      config: { right: 'manageDevices' },
      schema: {
        summary: 'Registers a device with the broker; its password is told once.',
        body: Type.Object(
          {
            id: Identifier,
            kind: Type.Enum([...deviceKinds, 'subscriber']),
            location: Type.Optional(LonLat),
            gateway: Type.Optional(Identifier),
          },
          { additionalProperties: true },
        ),
      },
    },
    async (request, reply) => {
      const person = personOf(request)
      const { id, ...given } = request.body
      const result = await commands.issue(
        { target: 'device', targetId: id, action: 'register', arguments: given },
        person,
      )
      await audit.record(person.name, 'device.register', id, { kind: given.kind })
      return reply.status(201).send(result)
    },
  )

  app.delete(
    '/api/v1/devices/:id',
    { config: { right: 'manageDevices' }, schema: { summary: 'Takes a credential back.', params: IdParameter } },
    async (request, reply) => {
      const person = personOf(request)
      const { id } = request.params
      await commands.issue({ target: 'device', targetId: id, action: 'revoke', arguments: {} }, person)
      await audit.record(person.name, 'device.revoke', id)
      return reply.status(204).send()
    },
  )

  app.get(
    '/api/v1/detections',
    {
      config: { right: 'read' },
      schema: {
        summary: 'What models and limits found, newest first; one item from its start to its end.',
        querystring: Type.Object({
          ...listParameters,
          kind: Type.Optional(List),
          source: Type.Optional(List),
          phase: Type.Optional(List),
        }),
      },
    },
    async ({ query }) =>
      views.list<FindingChanged>('findings', {
        ...readPage(query),
        ...times(query),
        filters: { kind: split(query.kind), source: split(query.source), phase: split(query.phase) },
      }),
  )

  app.get(
    '/api/v1/footage',
    {
      config: { right: 'read' },
      schema: {
        summary: 'Patrol footage.',
        querystring: Type.Object({ ...listParameters, state: Type.Optional(List) }),
      },
    },
    async ({ query }) =>
      views.list<FootageChanged>('footage', {
        ...readPage(query),
        ...times(query),
        filters: { state: split(query.state) },
      }),
  )

  app.get(
    '/api/v1/dead-letters',
    {
      config: { right: 'readDeadLetters' },
      schema: {
        summary: 'What could not be read or handled, with its bytes and the reason.',
        querystring: Type.Object({ ...listParameters, stage: Type.Optional(List), code: Type.Optional(List) }),
      },
    },
    async ({ query }) =>
      views.list<LetterDied>('letters', {
        ...readPage(query),
        ...times(query),
        filters: { stage: split(query.stage), code: split(query.code) },
      }),
  )

  app.get(
    '/api/v1/devices/:id/values',
    {
      config: { right: 'read' },
      schema: {
        summary: 'The newest value of each measurement of a device.',
        params: IdParameter,
        querystring: Type.Object({ fields: List }),
      },
    },
    async ({ params: { id }, query }) => {
      const fields = split(query.fields) ?? []
      const found = await Promise.all(
        fields.slice(0, 50).map(async (field) => {
          const [series] = await timeSeries.last({ measurement: 'reading', field, tags: { deviceId: id } })
          return { field, ...(series?.samples.at(-1) ?? { time: null, value: null }) }
        }),
      )
      return { items: found, nextCursor: null }
    },
  )
}
