// Cameras: their zones, health, newest picture; and the word of a person that a changed view is the right one.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { AppError } from '../../contracts/errors.ts'
import { maySeeOriginal } from '../auth/originals.ts'
import { personOf } from '../http/authenticate.ts'
import type { DeviceView } from '../projection/projector.ts'
import type { Routes } from './context.ts'
import { liveFormatsFor } from './live.ts'
import { IdParameter } from './parameters.ts'

export const cameraRoutes: Routes = (app, { config, views, frames, commands, audit, live, recordings }) => {
  const cameraView = (camera: CameraConfig, device: DeviceView | undefined, roles: readonly string[]) => ({
    ...camera,
    source: withoutCredentials(camera.source),
    status: device?.status ?? 'offline',
    statusSince: device?.statusSince ?? null,
    reason: device?.reason ?? null,
    pictureUrl: device?.twin.snapshotUrl ?? null,
    pictureAt: device?.twin.snapshotAt ?? device?.updatedAt ?? null,
    health: healthOf(device),
    viewFaults: device?.twin.viewFaults ?? [],
    zonesSuspended: device?.twin.zonesSuspended ?? false,
    latestFrame: frames.of(camera.id) ?? null,
    live: live ? liveFormatsFor(camera, roles) : [],
    // what is recorded shows all that the camera saw: whether this person may watch it
    recordings:
      recordings !== undefined &&
      (camera.recording?.mode ?? config.recording.mode) !== 'off' &&
      maySeeOriginal(camera, roles),
  })

  const cameraOf = (id: string): CameraConfig => {
    const camera = config.cameras.find((known) => known.id === id)
    if (!camera) throw new AppError('QLY_NOT_FOUND', `there is no camera ${id}`)
    return camera
  }

  app.get(
    '/api/v1/cameras',
    { config: { right: 'read' }, schema: { summary: 'Cameras with their zones, health, newest picture and boxes.' } },
    async (request) => {
      const { roles } = personOf(request)
      const devices = new Map((await views.all<DeviceView>('devices')).map((device) => [device.id, device]))
      return {
        items: config.cameras.map((camera) => cameraView(camera, devices.get(camera.id), roles)),
        nextCursor: null,
      }
    },
  )

  app.get(
    '/api/v1/cameras/:id',
    { config: { right: 'read' }, schema: { summary: 'One camera.', params: IdParameter } },
    async (request) => {
      const { id } = request.params
      const camera = cameraOf(id)
      const [device] = (await views.list<DeviceView>('devices', { limit: 1, filters: { id: [id] } })).items
      return cameraView(camera, device, personOf(request).roles)
    },
  )

  app.post(
    '/api/v1/cameras/:id/view',
    {
      config: { right: 'handleAlerts' },
      schema: {
        summary: 'What the camera shows now is its view from now on: its zones, suspended since it moved, count again.',
        params: IdParameter,
      },
    },
    async (request) => {
      const person = personOf(request)
      const { id } = cameraOf(request.params.id)
      const result = await commands.issue(
        { target: 'camera', targetId: id, action: 'confirm_view', arguments: {} },
        person,
      )
      await audit.record(person.name, 'camera.confirm_view', id)
      return result
    },
  )
}

/** By role (detect, record, live), as media measures it; what is given pictures and keeps none of them is stalled. */
function healthOf(device: DeviceView | undefined) {
  const health = device?.twin.health as { record?: { state: string } } | undefined
  if (!health?.record || device?.twin.recording !== 'failing') return health ?? null
  return { ...health, record: { ...health.record, state: 'stalled' } }
}

/** rtsp://user:password@host/path → rtsp://***@host/path; a query goes too, since cameras take credentials there. */
export const withoutCredentials = (source: string): string =>
  source.replace(/^([a-z]+:\/\/).*@/is, '$1***@').replace(/\?.*$/s, '?***')
