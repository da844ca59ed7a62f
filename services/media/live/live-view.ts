// Live view: which stream a watcher gets, one for all who watch the same, within the limits of this process.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { Config } from '../../contracts/config/config.ts'
import { AppError } from '../../contracts/errors.ts'
import type { LiveRequest, LiveView, LiveWatcher } from '../../contracts/live.ts'
import { createCameraIndex } from '../../kernel/cameras/camera-index.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Service } from '../../kernel/lifecycle/service.ts'
import { findPlace, playedElsewhere } from './elsewhere.ts'
import { findFfmpeg } from './find-ffmpeg.ts'
import { createFmp4Producer } from './fmp4-producer.ts'
import { type RemoteSource, sameKey } from './live-address.ts'
import { createLiveMetrics } from './live-metrics.ts'
import { createMpeg1Producer, type PlayAddress } from './mpeg1-producer.ts'
import { filtersFor } from './picture-filters.ts'
import { createSharedStream, type SharedStream } from './shared-stream.ts'

/** Where cameras can be played from. */
export interface LiveSource {
  /** undefined for a camera that this source does not have now */
  addressOf(cameraId: string): PlayAddress | undefined
}

export type LiveDeps = Pick<Kernel, 'clock' | 'logger' | 'registry'>

/**
 * Streams start when someone watches; nothing runs before. `source`: this process's cameras; `remote`: reads where another process publishes one,
 * absent where there can be none.
 */
export function createLiveView(
  deps: LiveDeps,
  config: Config,
  source: LiveSource,
  remote?: RemoteSource,
): Service & LiveView {
  const { clock, logger } = deps
  const settings = config.media.live
  const metrics = createLiveMetrics(deps.registry)
  const cameras = createCameraIndex(config)
  const streams = new Map<string, SharedStream>()
  const ffmpeg = findFfmpeg(settings.ffmpeg)
  let watchers = 0
  let stopped = false

  const count = () => {
    metrics.watchers(watchers)
    metrics.streams([...streams.keys()].map((key) => key.split(' ')[0] ?? ''))
  }

  /** A stream that only lingers gives its place to one that somebody wants. */
  const makeRoom = () => {
    const encoders = [...streams].filter(([key]) => key.startsWith('mpeg1 '))
    if (encoders.length < settings.maximumEncoders) return
    const idle = encoders.find(([, stream]) => stream.watchers === 0)
    if (!idle) {
      throw new AppError(
        'QLY_RATE_LIMITED',
        `${settings.maximumEncoders} cameras are being watched already; close one, or raise media.live.maximumEncoders`,
      )
    }
    void forget(idle[0], 'another stream needs the place')
  }

  const forget = (key: string, reason: string): Promise<void> | undefined => {
    const stream = streams.get(key)
    streams.delete(key)
    count()
    return stream?.stop(new AppError('QLY_STREAM_UNREADABLE', reason))
  }

  const producerOf = (request: LiveRequest, camera: CameraConfig) => {
    const place = findPlace(camera.id, source, request.address, remote)
    return playedElsewhere(deps, config.media, camera, place, encode(request, place.find))
  }

  const encode = (request: LiveRequest, address: () => Promise<PlayAddress>) => {
    if (request.format === 'fmp4') return createFmp4Producer(clock, address, { sound: request.sound === true })
    if (!ffmpeg) {
      throw new AppError('QLY_NOT_FOUND', 'there is no ffmpeg: install it, or set media.live.ffmpeg to its path')
    }
    const masks = request.masked ? (cameras.get(request.cameraId)?.privacyMasks ?? []) : []
    const filters = filtersFor(settings, masks, request.coarse)
    return createMpeg1Producer(logger, settings, { cameraId: request.cameraId, ffmpeg, filters, address })
  }

  const open = (key: string, request: LiveRequest, camera: CameraConfig): SharedStream => {
    if (request.format === 'mpeg1') makeRoom()
    const stream = createSharedStream(clock, settings, request.format, producerOf(request, camera), {
      onFailed(error, failures) {
        metrics.failed(request.format)
        const about = { camera: request.cameraId, format: request.format, failures, reason: error.message }
        logger.warn(about, 'live view begins anew')
      },
      onDropped: metrics.dropped,
    })
    streams.set(key, stream)
    void stream.ended.then(() => {
      if (streams.get(key) === stream) streams.delete(key)
      count()
    })
    return stream
  }

  return {
    name: 'live',
    level: 'source',
    async start() {
      logger.debug({ ffmpeg }, 'live view')
      if (remote && !config.secretsKeyFile) logger.info(sameKey)
    },
    watch(request: LiveRequest, watcher: LiveWatcher) {
      const camera = cameras.get(request.cameraId)
      if (!camera) throw new AppError('QLY_NOT_FOUND', `there is no camera ${request.cameraId}`)
      const masked = request.masked && (camera.privacyMasks ?? []).length > 0
      if (request.format === 'fmp4' && (masked || request.coarse)) {
        throw new AppError('QLY_INPUT_INVALID', 'the original stream cannot be masked; ask for mpeg1')
      }
      if (request.format === 'mpeg1' && request.sound) {
        throw new AppError('QLY_INPUT_INVALID', 'sound goes with the original stream only; ask for fmp4')
      }
      if (stopped) throw new AppError('QLY_STREAM_UNREADABLE', 'the system stops')
      if (watchers >= settings.maximumWatchers) {
        throw new AppError(
          'QLY_RATE_LIMITED',
          'too many live tiles are open; close one, or raise media.live.maximumWatchers',
        )
      }
      const kinds = [masked && 'masked', request.coarse && 'coarse', request.sound && 'sound'].filter(Boolean)
      const key = [request.format, camera.id, ...kinds].join(' ')
      const stream = streams.get(key) ?? open(key, { ...request, masked }, camera)
      watchers++
      let left = false
      const leave = stream.join({
        get waitingBytes() {
          return watcher.waitingBytes
        },
        news: (news) => watcher.news(news),
        picture: (bytes) => watcher.picture(bytes),
        end(reason) {
          gone()
          watcher.end(reason)
        },
      })
      const gone = () => {
        if (left) return
        left = true
        watchers--
        count()
      }
      count()
      return () => {
        leave()
        gone()
      }
    },
    async stop() {
      stopped = true
      await Promise.all([...streams.keys()].map((key) => forget(key, 'the system stops')))
    },
  }
}
