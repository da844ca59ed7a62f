// A camera that another process has: found anew at every start, since cameras move between workers, and given up where nothing comes any more.
import type { MediaConfig } from '../../contracts/config/media.ts'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { LiveRequest } from '../../contracts/live.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { RemoteSource } from './live-address.ts'
import type { LiveSource } from './live-view.ts'
import type { PlayAddress } from './mpeg1-producer.ts'
import type { LiveProducer } from './shared-stream.ts'

/** Where a stream is played from. */
export interface LivePlace {
  /** Asked at every start. QLY_STREAM_UNREADABLE if nobody has the camera now. */
  find(): Promise<PlayAddress>
  /** what `find` found last is in another process */
  readonly elsewhere: boolean
}

/** This process's own camera, else where the other process says it is. */
export function findPlace(
  cameraId: string,
  source: LiveSource,
  told: LiveRequest['address'],
  remote: RemoteSource | undefined,
): LivePlace {
  let elsewhere = false
  return {
    get elsewhere() {
      return elsewhere
    },
    async find() {
      elsewhere = false
      let fault: unknown
      try {
        const here = source.addressOf(cameraId)
        if (here) return here
      } catch (error) {
        fault = error
      }
      const sealed = await told?.()
      if (!remote || sealed === undefined) {
        throw asAppError(fault ?? new AppError('QLY_STREAM_UNREADABLE', 'no process has this camera now'))
      }
      const found = remote.addressOf(cameraId, sealed)
      elsewhere = true
      return found
    },
  }
}

/** A stream from another process ends when nothing comes for longer than a camera takes to open and to be stalled; where it plays is for the log only. */
export function playedElsewhere(
  { clock, logger }: Pick<Kernel, 'clock' | 'logger'>,
  { openSeconds, stallSeconds, pictureStallSeconds }: MediaConfig,
  { id, source }: { readonly id: string; readonly source: string },
  place: LivePlace,
  produce: LiveProducer,
): LiveProducer {
  const seconds = openSeconds + (source.startsWith('mqtt:') ? pictureStallSeconds : stallSeconds)
  return async (signal, output) => {
    const silence = new AbortController()
    let last = clock.monotonic()
    let cancel = () => {}
    const check = () => {
      const left = last + seconds * 1000 - clock.monotonic()
      if (left <= 0 && place.elsewhere) silence.abort()
      else cancel = clock.after(left > 0 ? left : seconds * 1000, check)
    }
    check()
    try {
      await produce(AbortSignal.any([signal, silence.signal]), {
        begin: (mediaType) => output.begin(mediaType),
        piece(piece) {
          last = clock.monotonic()
          output.piece(piece)
        },
      })
    } catch (error) {
      if (!place.elsewhere) throw error
      logger.debug({ camera: id, err: error }, 'live view from another process')
      const { code } = asAppError(error, 'QLY_STREAM_UNREADABLE')
      throw new AppError(code, 'the process that has this camera does not answer, or has no picture of it', {
        cause: error,
      })
    } finally {
      cancel()
    }
    if (silence.signal.aborted && !signal.aborted) {
      throw new AppError('QLY_STREAM_UNREADABLE', `nothing came for ${seconds} s from the process that has this camera`)
    }
  }
}
