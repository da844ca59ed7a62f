// The composition root: the rooms of the wanted roles on the chosen engines, and what passes between rooms inside one process.
import path from 'node:path'
import { createAlertsService } from '../alerts/alerts-service.ts'
import { createApiService } from '../api/api-service.ts'
import { createStreamPlayers } from '../api/auth/stream-players.ts'
import { createKnownDevices } from '../broker/access/known-devices.ts'
import { createBrokerService } from '../broker/broker-service.ts'
import type { Config, Role } from '../contracts/config/config.ts'
import type { DevicePresenceSink, DevicePublisher } from '../contracts/device-messages.ts'
import { AppError } from '../contracts/errors.ts'
import type { StreamAccess } from '../contracts/stream-access.ts'
import { createFootageService } from '../footage/footage-service.ts'
import { createIngestService } from '../ingest/ingest-service.ts'
import { createCameraDirectory } from '../kernel/cameras/camera-directory.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { createSealing } from '../kernel/secrets/sealing.ts'
import { createLedgerService } from '../ledger/ledger-service.ts'
import { createFootageAnalysis } from '../media/footage-analysis/footage-analysis.ts'
import { createBusEyes } from '../media/frames-bus/bus-eyes.ts'
import { createRemoteSource } from '../media/live/live-address.ts'
import { createLiveView } from '../media/live/live-view.ts'
import { createMediaService } from '../media/media-service.ts'
import { createCameraSearch } from '../media/onvif/camera-search.ts'
import { createRecordingService } from '../recording/recording-service.ts'
import { createSensingService } from '../sensing/sensing-service.ts'
import { createTicketsService } from '../tickets/tickets-service.ts'
import { createTimeseriesService } from '../timeseries/timeseries-service.ts'
import { createFrameIntake } from '../vision/frames-bus/frame-intake.ts'
import { createFramePlanner } from '../vision/plan/frame-planner.ts'
import { createVisionService } from '../vision/vision-service.ts'
import { createHealthServer } from './health-server.ts'
import { createSimulatedCity } from './simulated-city.ts'

export interface Composition {
  readonly services: readonly Service[]
  /** what people and tests need to reach the started system; ports are known after the start */
  readonly http: { readonly port: number; readonly firstLogin?: { user: string; password: string } | undefined }
  readonly mqttPort: () => number | undefined
  readonly rtspPort: () => number | undefined
}

/** Builds the services of the roles; nothing runs yet. `check` answers /readyz for the whole process. */
export function compose(
  kernel: Kernel,
  config: Config,
  roles: ReadonlySet<Role>,
  check: () => Promise<void>,
): Composition {
  const deps = <Name extends string>(room: Name): Kernel => ({ ...kernel, logger: kernel.logger.child({ room }) })
  const sealing = createSealing(config.secretsKeyFile ?? path.join(config.dataDir, 'secrets.key'))
  const services: Service[] = []
  const add = <S extends Service>(service: S): S => {
    services.push(service)
    return service
  }
  const cameras = add(createCameraDirectory({ ...deps('cameras'), sealing }, config))

  if (roles.has('sensing') && config.sensing.enabled) add(createSensingService(deps('sensing'), config))
  if (roles.has('alerts')) add(createAlertsService(deps('alerts'), config))
  if (roles.has('alerts') && config.ledger.enabled) add(createLedgerService(deps('ledger'), config))
  if (roles.has('tickets')) add(createTicketsService(deps('tickets'), config))
  if (roles.has('timeseries')) add(createTimeseriesService(deps('timeseries'), config))
  const sees = roles.has('eyes') || roles.has('media')
  const recording =
    sees || roles.has('api') ? add(createRecordingService(deps('recording'), config, { records: sees })) : undefined
  const footage = roles.has('api') ? add(createFootageService(deps('footage'), config)) : undefined
  // cameras may be in other processes where there is a bus between processes
  const apart = config.bus.engine !== 'embedded'
  const live = roles.has('api') ? addLive() : undefined
  const http = roles.has('api')
    ? add(
        createApiService(deps('api'), config, {
          check,
          upload: footage?.upload,
          live,
          recordings: recording?.library,
          cameras,
          cameraSearch: createCameraSearch(kernel, config.onvif),
        }),
      )
    : add(createHealthServer(deps('health'), config, { check }))
  const broker = roles.has('broker') || roles.has('ingest') ? addDevices() : undefined
  const vision = roles.has('eyes') || roles.has('vision') ? addVision() : undefined
  const media = sees ? addMedia() : undefined
  if (roles.has('simulators') && config.simulators.enabled) {
    add(
      createSimulatedCity(deps('simulators'), config, {
        mqttPort: () => broker?.port,
        rtspPort: () => media?.rtspPort,
      }),
    )
  }
  return { services, http, mqttPort: () => broker?.port, rtspPort: () => media?.rtspPort }

  function addLive() {
    const here = { addressOf: (cameraId: string) => media?.live.addressOf(cameraId) }
    const remote = apart ? createRemoteSource({ clock: kernel.clock, sealing }) : undefined
    return add(createLiveView(deps('live'), config, here, remote))
  }

  /** The broker gives ingest what devices send, and ingest answers devices through the broker. */
  function addDevices() {
    const late: { publish?: DevicePublisher } = {}
    const publish: DevicePublisher = (...message) => {
      if (!late.publish) throw new AppError('QLY_INTERNAL', 'the broker is not there yet')
      return late.publish(...message)
    }
    const ingest = add(createIngestService(deps('ingest'), config, { publish }))
    const presence: DevicePresenceSink = (change) => ingest.presence(change)
    const broker = add(
      createBrokerService(deps('broker'), config, { sink: (message) => ingest.sink(message), presence, sealing }),
    )
    late.publish = broker.publish
    return broker
  }

  /** Footage comes as files from the object store: it is analysed where vision is, also where cameras' frames come over the bus. */
  function addVision() {
    const vision = add(createVisionService(deps('vision'), config))
    add(createFootageAnalysis(deps('footage-analysis'), config, vision.eyes))
    if (config.vision.frames === 'bus') add(createFrameIntake(deps('vision'), config, vision.eyes))
    return vision
  }

  function addMedia() {
    const eyes = config.vision.frames === 'bus' ? busEyes() : vision?.eyes
    if (!eyes) throw new AppError('QLY_INTERNAL', 'media without vision')
    const access: StreamAccess = {
      device: createKnownDevices({ ...kernel, sealing }, config),
      player: createStreamPlayers(kernel, config),
    }
    const packets = recording ? [recording.packets] : []
    const shared = apart ? { sealing } : {}
    return add(createMediaService({ ...deps('media'), access, cameras, ...shared }, config, eyes, packets))
  }

  function busEyes() {
    return add(createBusEyes({ ...deps('media'), plan: createFramePlanner(config) }, config.vision.bus)).eyes
  }
}
