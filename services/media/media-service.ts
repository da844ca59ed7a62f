// The media room: our RTSP server, the cameras whose slots this worker has, and JPEGs from the bus; frames go to vision's eyes.
import { AV_LOG_FATAL, Log } from 'node-av'
import { eyesGroup, eyesSlots } from '../contracts/camera-slots.ts'
import type { CameraConfig } from '../contracts/config/cameras.ts'
import type { Config } from '../contracts/config/config.ts'
import type { CameraEyes } from '../contracts/frames.ts'
import type { CameraPackets } from '../contracts/packets.ts'
import type { StreamAccess } from '../contracts/stream-access.ts'
import type { CameraDirectory } from '../kernel/cameras/camera-directory.ts'
import { createCameraIndex } from '../kernel/cameras/camera-index.ts'
import type { Subscription } from '../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import type { Sealing } from '../kernel/secrets/sealing.ts'
import { type CameraOpener, openerOf } from './camera-source/open-camera.ts'
import { createCameraCommands } from './cameras/camera-commands.ts'
import { keepCamera } from './cameras/camera-keeper.ts'
import { createCameraMetrics } from './cameras/camera-metrics.ts'
import { createCameraShift } from './cameras/camera-shift.ts'
import { createLiveAddress } from './live/live-address.ts'
import { createLiveRelay } from './live/live-relay.ts'
import { createLiveSource } from './live/live-source.ts'
import type { LiveSource } from './live/live-view.ts'
import { createPictureRelay } from './live/picture-relay.ts'
import { createPictureCamera } from './pictures/picture-camera.ts'
import { createPictureIntake } from './pictures/picture-intake.ts'
import { createDeviceCredentials } from './rtsp-server/device-credentials.ts'
import { createPlayPasses } from './rtsp-server/play-pass.ts'
import { createRtspServer } from './rtsp-server/rtsp-server.ts'
import { createViewStore } from './view-health/view-store.ts'
import type { ViewWatch } from './view-health/view-watch.ts'

const none: ReadonlySet<number> = new Set()

export type MediaDeps = Pick<Kernel, 'bus' | 'database' | 'objectStore' | 'clock' | 'logger' | 'registry'> & {
  /** who may log in to our RTSP server besides the devices of the configuration */
  readonly access?: StreamAccess
  /** says when the list of cameras in the configuration is another one */
  readonly cameras?: Pick<CameraDirectory, 'onChange'>
  /** where other processes may show this one's cameras live: what they share with it */
  readonly sealing?: Sealing
}

/** `rtspPort`: where our RTSP server listens; 0 before start. `live`: where the cameras that this process has can be played from. */
export function createMediaService(
  deps: MediaDeps,
  config: Config,
  eyes: CameraEyes,
  packets: readonly CameraPackets[] = [],
): Service & { readonly rtspPort: number; readonly live: LiveSource } {
  const passes = deps.sealing && createPlayPasses({ clock: deps.clock, sealing: deps.sealing })
  const credentials = createDeviceCredentials(config, deps.access, passes)
  const server = createRtspServer(deps, { ...config.rtsp, bind: config.bind, intake: config.media.limits }, credentials)
  const relay = createLiveRelay({ clock: deps.clock, server }, (camera) => openerFor(camera)?.pulled() ?? false)
  const store = createViewStore(deps)
  const views = new Map<string, ViewWatch>()
  const commands = createCameraCommands(deps, views)
  const metrics = createCameraMetrics(deps.registry)
  const relayOf = (camera: CameraConfig) =>
    /^https?:/i.test(camera.source) ? createPictureRelay({ clock: deps.clock, server }, camera.id) : undefined
  const live = deps.sealing && passes && createLiveAddress({ sealing: deps.sealing, passes, server }, config)
  const liveUrl = live && ((camera: CameraConfig) => live(camera.id, openerFor(camera)?.livePath() ?? camera.id))
  const keeping = { ...deps, eyes, packets: [...packets, relay], metrics, store, views, pictures: relayOf, liveUrl }
  const index = createCameraIndex(config)
  const isPulled = ({ source }: CameraConfig) => !source.startsWith('mqtt:')
  const openers = new WeakMap<CameraConfig, CameraOpener>()
  const openerFor = (camera: CameraConfig | undefined): CameraOpener | undefined => {
    if (!camera || !isPulled(camera)) return undefined
    const opener = openers.get(camera) ?? openerOf(camera, { clock: deps.clock, credentials, server }, config)
    openers.set(camera, opener)
    return opener
  }
  const shift = createCameraShift(
    () => config.cameras.filter(isPulled),
    (camera) => keepCamera(keeping, config.media, camera, openerFor(camera) as CameraOpener),
  )
  const pictures = createPictureIntake(deps, config.media, config.cameras, (camera) =>
    createPictureCamera(keeping, config.media, camera, createPictureRelay({ clock: deps.clock, server }, camera.id)),
  )
  let forget: (() => void) | undefined
  let listening: Subscription | undefined
  let membership: { leave(): Promise<void> } | undefined
  let stopped: Promise<void> | undefined

  return {
    name: 'media',
    level: 'source',
    get rtspPort() {
      return server.port
    },
    live: createLiveSource({ server, credentials, bind: config.bind }, (cameraId) => {
      const opener = openerFor(index.get(cameraId))
      return opener && !shift.cameras.has(cameraId) ? undefined : (opener?.livePath() ?? cameraId)
    }),
    async start(signal) {
      // FFmpeg writes to stderr by itself; what matters of it is told as health and metrics.
      Log.setLevel(AV_LOG_FATAL)
      // an unfit key file is told now, not to the first who watches
      deps.sealing?.sign('', 'start')
      await server.start()
      await store.start(signal)
      signal.throwIfAborted()
      membership = await deps.bus.join({
        group: eyesGroup,
        slots: eyesSlots,
        onAssigned: (slots) => shift.assign(slots),
      })
      signal.throwIfAborted()
      await pictures.start()
      listening = await commands.start()
      forget = deps.cameras?.onChange(() => void shift.refresh())
    },
    stop() {
      stopped ??= (async () => {
        forget?.()
        // cameras first: they are let go also where the bus cannot be told
        await Promise.all([shift.assign(none), pictures.stop(), listening?.stop()])
        await store.stop()
        await membership?.leave()
        await server.stop()
      })()
      return stopped
    },
  }
}
