// One camera: opens its source, decodes, samples, hands frames to the sink; comes back after failures and says how it fares.
// Cameras share nothing but the event loop and FFmpeg's threads: what happens to one stays with it.

import type { Frame } from 'node-av'
import { Packet } from 'node-av'
import type { MediaConfig } from '../../contracts/config/media.ts'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { FramePlan, FrameSink } from '../../contracts/frames.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { backOff } from './back-off.ts'
import { createFrameDecoder } from './frame-decoder.ts'
import { createFrameMailbox, type FrameMailbox } from './frame-mailbox.ts'
import { createFrameSampler } from './frame-sampler.ts'
import type { OpenVideo, VideoInput } from './video-input.ts'

export interface CameraHealth {
  readonly status: 'online' | 'stalled' | 'offline'
  /** for people */
  readonly reason: string
}

export interface CameraSourceEvents {
  /** called on every change */
  onHealth(health: CameraHealth): void
  onDecoded(): void
  onSkipped(count: number): void
  onDelivered(): void
  onDamaged(): void
  onReconnect(): void
  onFailed(error: unknown): void
}

export interface CameraSourceOptions {
  readonly plan: FramePlan
  readonly open: OpenVideo
  readonly see: FrameSink
  /** a file begins again at its end */
  readonly loop: boolean
  /** `live`: newest frame wins and files play at their own speed. `every`: as fast as the sink takes them, none skipped (footage, benchmarks). */
  readonly mode: 'live' | 'every'
  readonly random?: () => number
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
  const mailbox = createFrameMailbox(options.plan, options.see, { ...events, onSkipped: () => events.onSkipped(1) })
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
      const onPicture = (description: string) => {
        events.onDecoded()
        attempt.alive()
        if (!saw) say('online', description)
        saw = true
        failures = 0
      }
      try {
        await play(clock, config, options, events, { attempt, mailbox, lastTime, onPicture })
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
      await clock.sleep(wait, stopping.signal).catch(() => {})
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

interface Attempt {
  /** aborts when the camera is stopped, does not open in time, or stalls */
  readonly signal: AbortSignal
  readonly stalled: boolean
  /** a picture came, or we keep the stream waiting ourselves */
  alive(): void
  end(): void
}

function createAttempt(clock: Clock, config: MediaConfig, stopping: AbortSignal): Attempt {
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

interface Playing {
  readonly attempt: Attempt
  readonly mailbox: FrameMailbox
  readonly lastTime: { value: number }
  readonly onPicture: (description: string) => void
}

/** Plays until the end of a file; rejects when the stream breaks. */
async function play(
  clock: Clock,
  config: MediaConfig,
  options: CameraSourceOptions,
  events: CameraSourceEvents,
  { attempt, mailbox, lastTime, onPicture }: Playing,
): Promise<void> {
  const { signal } = attempt
  const input = await options.open(signal)
  const packet = new Packet()
  packet.alloc()
  try {
    const decoder = await createFrameDecoder(input, {
      threads: config.hardwareThreads,
      maximumPixels: config.maximumPixels,
    })
    const sampler = createFrameSampler(options.plan.framesPerSecond)
    const take = async (frame: Frame) => {
      onPicture(`${input.description.split(' ')[0]} ${frame.width}×${frame.height}`)
      // Event time never goes back, also over a reconnect.
      const at = Math.max(lastTime.value + 1, Math.round(input.timeOf(frame.bestEffortTimestamp)))
      if (!sampler.wants(at)) return
      lastTime.value = at
      if (options.mode === 'every') await mailbox.idle()
      else if (!input.live) await untilDue(clock, at, attempt)
      mailbox.offer(frame, at)
    }
    try {
      mailbox.interrupt()
      await pump(input, decoder, packet, options.loop, { take, mailbox, events, signal })
      await mailbox.idle()
    } finally {
      decoder.close()
    }
  } finally {
    packet.free()
    await input.close()
  }
}

async function pump(
  input: VideoInput,
  decoder: Awaited<ReturnType<typeof createFrameDecoder>>,
  packet: Packet,
  loop: boolean,
  to: { take: (frame: Frame) => Promise<void>; mailbox: FrameMailbox; events: CameraSourceEvents; signal: AbortSignal },
): Promise<void> {
  let damaged = 0
  let dropped = 0
  for (;;) {
    let packets = 0
    while (await input.next(packet)) {
      packets++
      await decoder.decode(packet, to.take)
      packet.unref()
      to.signal.throwIfAborted()
      if (decoder.damaged > damaged) to.events.onDamaged()
      damaged = decoder.damaged
      if (input.droppedPackets > dropped) to.events.onSkipped(input.droppedPackets - dropped)
      dropped = input.droppedPackets
    }
    await decoder.decode(null, to.take)
    if (!loop || packets === 0) return
    decoder.reset()
    await input.rewind()
    to.mailbox.interrupt()
  }
}

/** Holds a file's picture back until its time; our own waiting is no stall. */
async function untilDue(clock: Clock, at: number, attempt: Attempt): Promise<void> {
  for (let left = at - clock.now(); left > 0; left = at - clock.now()) {
    await clock.sleep(Math.min(left, 500), attempt.signal)
    attempt.alive()
  }
}
