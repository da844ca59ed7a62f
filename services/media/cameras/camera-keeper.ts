// Keeps one camera going for as long as its slot is ours: opens vision's eyes for it (again and again if its model is bad), then pulls.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { MediaConfig } from '../../contracts/config/media.ts'
import { asAppError } from '../../contracts/errors.ts'
import type { CameraEyes, FramePlan, FrameSink } from '../../contracts/frames.ts'
import type { CameraPackets } from '../../contracts/packets.ts'
import { backOff } from '../camera-source/back-off.ts'
import { type CameraHealth, type CameraSource, startCameraSource } from '../camera-source/camera-source.ts'
import type { CameraOpener } from '../camera-source/open-camera.ts'
import type { PictureRelay } from '../live/picture-relay.ts'
import { createRateMeter } from './camera-metrics.ts'
import { createCameraNews } from './camera-news.ts'
import { createCameraSnapshots } from './camera-snapshots.ts'
import { openCameraView, type ViewDeps } from './camera-view.ts'
import { createCameraWatch } from './camera-watch.ts'
import { measured, toAll } from './packet-fan-out.ts'
import { createRoleHealth } from './role-health.ts'

export interface CameraKeeper {
  /** Resolves when the source is stopped, vision has saved the camera's state, and nothing of it runs any more. Idempotent. */
  stop(): Promise<void>
}

export type KeeperDeps = ViewDeps & {
  readonly eyes: CameraEyes
  /** who else is given what this camera's connection brings */
  readonly packets: readonly CameraPackets[]
  /** shows the pictures of a camera live whose source is no video stream */
  readonly pictures?: (camera: CameraConfig) => PictureRelay | undefined
  /** where other processes play the camera, for its twin; absent where there are none */
  readonly liveUrl?: ((camera: CameraConfig) => string) | undefined
}

/** Starts at once; failures are the camera's status. */
export function keepCamera(
  deps: KeeperDeps,
  config: MediaConfig,
  camera: CameraConfig,
  opener: CameraOpener,
): CameraKeeper {
  const { clock, eyes, metrics, logger } = deps
  const stopping = new AbortController()
  const news = createCameraNews(deps, camera)
  const snapshots = createCameraSnapshots(deps, config, camera.id, news)
  const pictures = deps.pictures?.(camera)
  const watch = createCameraWatch(eyes, config, camera, snapshots)
  const view = openCameraView(deps, config.view, camera, news)
  const meter = createRateMeter(5000)
  const roles = createRoleHealth(deps, config, (health, told) => {
    metrics.roles(camera.id, health)
    if (told) void news.patch({ health })
  })
  const takers = deps.packets.filter((each) => each.wants(camera))
  const taps = takers.map((each) => measured(each.open(camera), roles.of(each.role)))
  const motion = taps.flatMap((tap) => tap.motion ?? [])
  const tellMotion = (at: number) => {
    for (const tell of motion) tell(at)
  }
  const detecting = roles.of('detect')
  let source: CameraSource | undefined
  let lastComplaint = Number.NEGATIVE_INFINITY

  const onHealth = (health: CameraHealth) => {
    logger[health.status === 'online' ? 'info' : 'warn'](
      { camera: camera.id, reason: health.reason },
      `camera ${health.status}`,
    )
    metrics.status(camera.id, health.status)
    roles.source(health.status)
    news.status(health)
    if (health.status === 'online' && deps.liveUrl) void news.patch({ liveUrl: deps.liveUrl(camera) })
  }

  const openEyes = async (): Promise<FramePlan | undefined> => {
    for (let failures = 1; !stopping.signal.aborted; failures++) {
      try {
        return await watch.open()
      } catch (error) {
        onHealth({ status: 'offline', reason: asAppError(error).message })
        await clock.sleep(backOff(failures, config.reconnect, Math.random), stopping.signal).catch(() => {})
      }
    }
    return undefined
  }

  const see: FrameSink = async (frame, ready) => {
    const shown = pictures?.show(() => frame.fullFrame())
    shown?.catch((error: unknown) => logger.debug({ camera: camera.id, err: error }, 'a picture was not shown live'))
    await Promise.all([watch.see(view.through(frame), ready), shown?.catch(() => undefined)])
  }

  const run = async () => {
    const plan = await openEyes()
    if (!plan || stopping.signal.aborted) return
    source = startCameraSource(
      { clock },
      config,
      { plan, ...opener, see, tap: toAll(taps), masks: camera.privacyMasks ?? [], loop: camera.loop, mode: 'live' },
      {
        onHealth,
        onDecoded() {
          metrics.decoded(camera.id)
          const rate = meter(clock.monotonic())
          if (rate !== undefined) metrics.rate(camera.id, rate)
        },
        onSkipped: (count) => metrics.skipped(camera.id, count),
        onBytes: detecting.bytes,
        onDelivered() {
          detecting.picture()
          metrics.delivered(camera.id)
        },
        ...(motion.length > 0 ? { onMotion: tellMotion } : {}),
        onDamaged: () => metrics.damaged(camera.id),
        onReconnect: () => metrics.reconnect(camera.id),
        onHeldBack: (times) => metrics.heldBack(camera.id, times),
        onFailed(error) {
          // the same fault on every frame must not flood the log
          if (clock.monotonic() < lastComplaint + 60_000) return
          lastComplaint = clock.monotonic()
          logger.error({ camera: camera.id, err: error }, 'a frame could not be looked at')
        },
      },
    )
  }

  const running = run().catch((error: unknown) => logger.error({ camera: camera.id, err: error }, 'camera given up'))
  let stopped: Promise<void> | undefined
  return {
    stop() {
      stopped ??= (async () => {
        stopping.abort()
        await running
        await source?.stop()
        roles.close()
        pictures?.close()
        await Promise.all(taps.map((tap) => tap.close()))
        await eyes.close(camera.id).catch((error: unknown) => {
          logger.error({ camera: camera.id, err: error }, 'the state of a camera could not be saved')
        })
        // together: a snapshot may wait for news that the bus does not take
        await Promise.all([snapshots.close(), view.close(), news.close()])
        metrics.forget(camera.id)
      })()
      return stopped
    },
  }
}
