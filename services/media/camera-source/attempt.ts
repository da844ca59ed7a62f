// One try to play a camera, with a watch on it: it ends when the camera is stopped, does not open in time, or shows no picture for too long.
import type { MediaConfig } from '../../contracts/config/media.ts'
import { AppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'

export interface Attempt {
  /** aborts when the camera is stopped, does not open in time, or stalls */
  readonly signal: AbortSignal
  readonly stalled: boolean
  /** a picture came, or we keep the stream waiting ourselves */
  alive(): void
  end(): void
}

export function createAttempt(clock: Clock, config: MediaConfig, stopping: AbortSignal): Attempt {
  const controller = new AbortController()
  let last = clock.monotonic()
  let limit = config.openSeconds * 1000
  let playing = false
  let stalled = false
  let cancel: () => void = () => {}
  const watch = () => {
    const left = last + limit - clock.monotonic()
    if (left > 0) {
      cancel = clock.after(left, watch)
      return
    }
    stalled = true
    controller.abort(new AppError('QLY_STREAM_UNREADABLE', `no picture for ${limit / 1000} s`))
  }
  watch()
  const onStop = () => controller.abort(stopping.reason)
  stopping.addEventListener('abort', onStop, { once: true })
  if (stopping.aborted) onStop()
  return {
    signal: controller.signal,
    get stalled() {
      return stalled
    },
    alive() {
      last = clock.monotonic()
      if (playing) return
      playing = true
      limit = config.stallSeconds * 1000
      cancel()
      watch()
    },
    end() {
      cancel()
      stopping.removeEventListener('abort', onStop)
      controller.abort(new AppError('QLY_STREAM_UNREADABLE', 'ended'))
    },
  }
}
