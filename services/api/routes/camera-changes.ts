// Adding, changing and removing cameras. Sources may hold credentials: they are sealed in the database, and neither shown, logged nor audited.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { CameraConfig } from '../../contracts/config/cameras.ts'
import { AppError } from '../../contracts/errors.ts'
import { semanticFaults } from '../../kernel/config/semantic-faults.ts'
import { personOf } from '../http/authenticate.ts'
import { withoutCredentials } from './cameras.ts'
import type { Routes } from './context.ts'
import { IdParameter } from './parameters.ts'

export const cameraChangeRoutes: Routes = (app, { config, cameras, audit }) => {
  const directory = () => {
    if (!cameras) throw new AppError('QLY_NOT_FOUND', 'this process does not change cameras')
    return cameras
  }

  /** What a schema cannot say. */
  const check = (camera: CameraConfig) => {
    if (!/^(rtsps?|https?):\/\//i.test(camera.source) || !hasHost(camera.source))
      throw invalid('source: give rtsp(s)://… or http(s)://…; files and MQTT pictures are of the configuration file')
    for (const name of [...camera.models, ...(camera.shadow ?? [])]) {
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) || !existsSync(path.join(config.vision.modelsDirectory, name)))
        throw invalid(`models: there is no model "${name}" in ${config.vision.modelsDirectory}`)
    }
    const faults = semanticFaults({ ...config, cameras: [camera], devices: [] })
    const own = faults.filter(({ path: [part] }) => part === 'cameras')
    if (own.length > 0)
      throw invalid(own.map(({ path: at, message }) => `${at.slice(2).join('.')}: ${message}`).join('; '))
  }

  const shown = (camera: CameraConfig) => ({ ...camera, source: withoutCredentials(camera.source) })

  app.post(
    '/api/v1/cameras',
    {
      config: { right: 'manageDevices' },
      schema: {
        summary:
          'Adds a camera; it is looked at without a restart. Its credential goes into source and is never shown again.',
        body: CameraConfig,
      },
    },
    async (request, reply) => {
      const person = personOf(request)
      const camera = request.body
      check(camera)
      if (config.devices.some(({ id, kind }) => id === camera.id && kind !== camera.kind))
        throw new AppError('QLY_CONFLICT', `"${camera.id}" is a device of another kind`)
      await directory().add(camera, person.name)
      await audit.record(person.name, 'camera.add', camera.id, { kind: camera.kind })
      return reply.status(201).send(shown(camera))
    },
  )

  app.put(
    '/api/v1/cameras/:id',
    {
      config: { right: 'manageDevices' },
      schema: {
        summary: 'Changes a camera that was added. A source as it is shown (with ***) leaves the source as it is.',
        params: IdParameter,
        body: CameraConfig,
      },
    },
    async (request) => {
      const person = personOf(request)
      const { id } = request.params
      if (request.body.id !== id) throw invalid(`id: the body is of "${request.body.id}", the address of "${id}"`)
      const known = config.cameras.find((each) => each.id === id)
      const kept = known && request.body.source === withoutCredentials(known.source)
      if (!kept && request.body.source.includes('***')) throw invalid('source: give it whole, or as it is shown now')
      const camera = kept ? { ...request.body, source: known.source } : request.body
      if (!directory().isConfigured(id)) check(camera)
      await directory().replace(camera, person.name)
      await audit.record(person.name, 'camera.change', id)
      return shown(camera)
    },
  )

  app.delete(
    '/api/v1/cameras/:id',
    {
      config: { right: 'manageDevices' },
      schema: { summary: 'Removes a camera that was added; its recordings and alerts stay.', params: IdParameter },
    },
    async (request, reply) => {
      const { id } = request.params
      await directory().remove(id)
      await audit.record(personOf(request).name, 'camera.remove', id)
      return reply.status(204).send()
    },
  )
}

const hasHost = (source: string): boolean => URL.canParse(source) && new URL(source).hostname !== ''

const invalid = (message: string) => new AppError('QLY_INPUT_INVALID', message)
