// Looking for cameras to add: who answers in the network (ONVIF), and which streams a device has.
import { Type } from 'typebox'
import { FoundCamera, FoundStream } from '../../contracts/camera-search.ts'
import { AppError } from '../../contracts/errors.ts'
import { personOf } from '../http/authenticate.ts'
import type { Routes } from './context.ts'

const page = <Item extends Type.TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) })

export const cameraSearchRoutes: Routes = (app, { cameraSearch, audit }) => {
  const search = () => {
    if (!cameraSearch) throw new AppError('QLY_NOT_FOUND', 'this process does not look for cameras')
    return cameraSearch
  }

  app.get(
    '/api/v1/cameras/discovered',
    {
      config: { right: 'manageDevices', rateLimit: { max: 20, timeWindow: '1 minute' } },
      schema: {
        summary: 'Cameras that answer an ONVIF probe of the network; takes onvif.probeSeconds.',
        response: { 200: page(FoundCamera) },
      },
    },
    async () => ({ items: await search().discover(), nextCursor: null }),
  )

  app.post(
    '/api/v1/cameras/discovered/streams',
    {
      config: { right: 'manageDevices', rateLimit: { max: 60, timeWindow: '1 minute' } },
      schema: {
        summary: 'The streams of an ONVIF device, the largest picture first: what to give as source of a new camera.',
        body: Type.Object(
          {
            address: Type.String({ maxLength: 300, description: 'as found: http://host/onvif/device_service' }),
            user: Type.Optional(Type.String({ maxLength: 128 })),
            password: Type.Optional(Type.String({ maxLength: 256, description: 'neither kept nor shown' })),
          },
          { additionalProperties: false },
        ),
        response: { 200: page(FoundStream) },
      },
    },
    async (request) => {
      const { address, user, password = '' } = request.body
      const credential = user === undefined ? undefined : { user, password }
      const items = await search().streams(address, credential)
      await audit.record(personOf(request).name, 'camera.look_up', new URL(address).host)
      return { items, nextCursor: null }
    },
  )
}
