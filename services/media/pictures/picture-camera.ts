// One camera that sends JPEGs over the bus: opens vision's eyes at its first picture, shows each picture that is due, and says how it fares.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { MediaConfig } from '../../contracts/config/media.ts'
import { asAppError } from '../../contracts/errors.ts'
import type { FrameCaptured } from '../../contracts/events/frame-captured-v1.ts'
import type { FramePlan, Pixels } from '../../contracts/frames.ts'
import { backOff } from '../camera-source/back-off.ts'
import { createFrameSampler } from '../camera-source/frame-sampler.ts'
import type { KeeperDeps } from '../cameras/camera-keeper.ts'
import { createCameraNews } from '../cameras/camera-news.ts'
import { createCameraSnapshots } from '../cameras/camera-snapshots.ts'
import { openCameraView } from '../cameras/camera-view.ts'
import { createCameraWatch } from '../cameras/camera-watch.ts'
import { createRoleHealth } from '../cameras/role-health.ts'
import type { PictureRelay } from '../live/picture-relay.ts'
import { cutPicture } from './read-picture.ts'

export interface PictureCamera {
  /** True if this picture is to be looked at: newer than the last, and due by the camera's rate. */
  wants(data: Pick<FrameCaptured, 'capturedAt' | 'base64'>): boolean
  /** Shows a decoded picture to vision. Never rejects: what vision makes of a picture is no fault of the picture. */
  show(picture: Pixels, capturedAt: number): Promise<void>
  /** Lets go of vision's state; the next picture loads it again. */
  handOver(): Promise<void>
  stop(): Promise<void>
}

export function createPictureCamera(
  deps: KeeperDeps,
  config: MediaConfig,
  camera: CameraConfig,
  relay: PictureRelay,
): PictureCamera {
  const { clock, eyes, metrics, logger } = deps
  const news = createCameraNews(deps, camera)
  const snapshots = createCameraSnapshots(deps, config, camera.id, news)
  const watch = createCameraWatch(eyes, config, camera, snapshots)
  const view = openCameraView(deps, config.view, camera, news)
  const roles = createRoleHealth(deps, { ...config, stallSeconds: config.pictureStallSeconds }, (health, told) => {
    metrics.roles(camera.id, health)
    if (told) void news.patch({ health })
  })
  const detecting = roles.of('detect')
  const sampler = createFrameSampler(camera.fps)
  let plan: FramePlan | undefined
  let failures = 0
  let retryAt = Number.NEGATIVE_INFINITY
  let lastCapturedAt = Number.NEGATIVE_INFINITY
  let lastSize = ''
  let sequence = 0
  let cancelStall: () => void = () => {}

  const watchStall = () => {
    cancelStall()
    cancelStall = clock.after(config.pictureStallSeconds * 1000, () => {
      metrics.status(camera.id, 'stalled')
      roles.source('stalled')
      news.status({ status: 'stalled', reason: `no picture for ${config.pictureStallSeconds} s` })
    })
  }

  const openEyes = async (): Promise<FramePlan | undefined> => {
    if (plan || clock.monotonic() < retryAt) return plan
    try {
      plan = await watch.open()
      failures = 0
      if (deps.liveUrl) void news.patch({ liveUrl: deps.liveUrl(camera) })
    } catch (error) {
      failures++
      retryAt = clock.monotonic() + backOff(failures, config.reconnect, Math.random)
      logger.warn({ camera: camera.id, err: error }, 'vision cannot open the camera')
      news.status({ status: 'offline', reason: asAppError(error).message })
    }
    return plan
  }

  const handOver = async () => {
    if (!plan) return
    plan = undefined
    lastCapturedAt = Number.NEGATIVE_INFINITY
    lastSize = ''
    await eyes.close(camera.id).catch((error: unknown) => {
      logger.error({ camera: camera.id, err: error }, 'the state of a camera could not be saved')
    })
  }

  return {
    handOver,
    wants({ capturedAt, base64 }) {
      detecting.bytes((base64.length * 3) / 4)
      watchStall()
      const at = Date.parse(capturedAt)
      if (at <= lastCapturedAt || !sampler.wants(at)) {
        metrics.skipped(camera.id, 1)
        return false
      }
      lastCapturedAt = at
      return true
    },
    async show(picture, capturedAt) {
      metrics.decoded(camera.id)
      const opened = await openEyes()
      if (!opened) return metrics.skipped(camera.id, 1)
      metrics.status(camera.id, 'online')
      roles.source('online')
      news.status({ status: 'online', reason: `jpeg ${picture.width}×${picture.height}` })
      const size = `${picture.width}x${picture.height}`
      try {
        const cuts = await Promise.all(opened.cuts.map((cut) => cutPicture(picture, cut)))
        const frame = {
          cameraId: camera.id,
          sequence: ++sequence,
          capturedAt,
          width: picture.width,
          height: picture.height,
          discontinuity: size !== lastSize,
          cuts,
          fullFrame: () => Promise.resolve(picture),
        }
        lastSize = size
        await Promise.all([watch.see(view.through(frame)), relay.show(() => Promise.resolve(picture))])
        detecting.picture()
        metrics.delivered(camera.id)
      } catch (error) {
        logger.error({ camera: camera.id, err: error }, 'a picture could not be looked at')
      }
    },
    async stop() {
      cancelStall()
      roles.close()
      relay.close()
      await handOver()
      await Promise.all([snapshots.close(), view.close(), news.close()])
      metrics.forget(camera.id)
    },
  }
}
