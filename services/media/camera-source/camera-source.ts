// One camera: opens its source, decodes, samples, hands frames to the sink; comes back after failures and says how it fares.
// Cameras share nothing but the event loop and FFmpeg's threads: what happens to one stays with it.

import type { MediaConfig } from '../../contracts/config/media.ts'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { FramePlan, FrameSink } from '../../contracts/frames.ts'
import type { PicturePolygon } from '../../contracts/geometry.ts'
import type { PacketSink } from '../../contracts/packets.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createAttempt } from './attempt.ts'
import { backOff } from './back-off.ts'
import { createFrameMailbox } from './frame-mailbox.ts'
import { playVideo } from './play-video.ts'
import type { OpenVideo } from './video-input.ts'

export interface CameraHealth {
  readonly status: 'online' | 'stalled' | 'offline'
  /** for people */
  readonly reason: string
}

export interface CameraSourceEvents {
  /** called on every change */
  onHealth(health: CameraHealth): void
  onDecoded(): void
  /** a coded picture (or a part of one) arrived, before it is decoded */
  onBytes?(count: number): void
  onSkipped(count: number): void
  onDelivered(): void
  onDamaged(): void
  onReconnect(): void
  onFailed(error: unknown): void
  /** something moved since the look before, at this event time; given: the picture is looked at for it */
  onMotion?(at: number): void
  /** it sends more than it may, and was held back */
  onHeldBack?(times: number): void
}

export interface CameraSourceOptions {
  readonly plan: FramePlan
  readonly open: OpenVideo
  readonly see: FrameSink
  /** is given what arrives, undecoded; default: nobody */
  readonly tap?: PacketSink
  /** parts of the picture in which motion does not count */
  readonly masks?: readonly PicturePolygon[]
  /** a file begins again at its end */
  readonly loop: boolean
  /**
   * `live`: newest frame wins and files play at their own speed. `every`: as fast as the sink takes them, none skipped (benchmarks).
   * `gentle`: the same, and nothing is decoded while a frame is looked at, so that it never takes more than one core (footage).
   */
  readonly mode: 'live' | 'every' | 'gentle'
  readonly random?: () => number
  /** resolves when a new try is worth while before the back-off is over */
  readonly worthRetrying?: (signal: AbortSignal) => Promise<void>
}

export interface CameraSource {
  /** Resolves when a file without loop has ended, or after stop(). */
  readonly ended: Promise<void>
  /** Resolves when everything is let go. Idempotent. */
  stop(): Promise<void>
}

/** Starts at once. Never throws: failures are health. */
export function startCameraSource(
  deps: { readonly clock: Clock },
  config: MediaConfig,
  options: CameraSourceOptions,
  events: CameraSourceEvents,
): CameraSource {
  const { clock } = deps
  const stopping = new AbortController()
  const mailbox = createFrameMailbox(
    options.plan,
    options.see,
    { ...events, onSkipped: () => events.onSkipped(1) },
    { cutAhead: options.mode === 'every' },
  )
  const lastTime = { value: Number.NEGATIVE_INFINITY }
  let health: CameraHealth | undefined
  const say = (status: CameraHealth['status'], reason: string) => {
    if (health?.status === status && health.reason === reason) return
    health = { status, reason }
    events.onHealth(health)
  }

  const run = async () => {
    let failures = 0
    while (!stopping.signal.aborted) {
      const attempt = createAttempt(clock, config, stopping.signal)
      let saw = false
      let since = Number.POSITIVE_INFINITY
      const onPicture = (description: string) => {
        events.onDecoded()
        attempt.alive()
        if (!saw) say('online', description)
        if (!saw) since = clock.monotonic()
        saw = true
        // one that shows a picture and fails, again and again, backs off like one that shows none
        if (clock.monotonic() - since >= 1000 * config.stallSeconds) failures = 0
      }
      try {
        await playVideo(clock, config, options, events, { attempt, mailbox, lastTime, onPicture })
        say('offline', 'the file has ended')
        return
      } catch (error) {
        if (stopping.signal.aborted) return
        const failure = asAppError(attempt.signal.aborted ? attempt.signal.reason : error, 'QLY_STREAM_UNREADABLE')
        say(attempt.stalled && saw ? 'stalled' : 'offline', failure.message)
        events.onReconnect()
      } finally {
        attempt.end()
      }
      failures++
      const wait = backOff(failures, config.reconnect, options.random ?? Math.random)
      await pause(clock, wait, options.worthRetrying, stopping.signal)
    }
  }

  const ended = run()
    .catch((error) => events.onFailed(error))
    .then(() => mailbox.close())
  return {
    ended,
    async stop() {
      stopping.abort(new AppError('QLY_STREAM_UNREADABLE', 'stopped'))
      await ended
    },
  }
}

const never = new Promise<void>(() => {})

/** Waits, but not longer than it makes sense. Never rejects. */
async function pause(
  clock: Clock,
  milliseconds: number,
  worthRetrying: CameraSourceOptions['worthRetrying'],
  stopping: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([stopping, over.signal])
  const waits = [
    clock.sleep(milliseconds, signal),
    ...(worthRetrying ? [worthRetrying(signal).catch(() => never)] : []),
  ]
  await Promise.race(waits).catch(() => {})
  over.abort()
  for (const wait of waits) wait.catch(() => {})
}
