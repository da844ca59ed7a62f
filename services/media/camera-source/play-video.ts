// Plays an input from its opening to its end: packets → decoder → sampler → mailbox. Rejects when the stream breaks.
import { AV_PKT_FLAG_KEY, type Frame, Packet } from 'node-av'
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createDecodeBudget, type DecodeBudget } from '../limits/decode-budget.ts'
import { createMotionWatch } from '../motion/motion-watch.ts'
import type { Attempt } from './attempt.ts'
import type { CameraSourceEvents, CameraSourceOptions } from './camera-source.ts'
import { createFrameDecoder, type FrameDecoder } from './frame-decoder.ts'
import type { FrameMailbox } from './frame-mailbox.ts'
import { createFrameSampler } from './frame-sampler.ts'
import type { VideoInput } from './video-input.ts'

export interface Playing {
  readonly attempt: Attempt
  readonly mailbox: FrameMailbox
  readonly lastTime: { value: number }
  readonly onPicture: (description: string) => void
}

/** Plays until the end of a file; rejects when the stream breaks. */
export async function playVideo(
  clock: Clock,
  config: MediaConfig,
  options: CameraSourceOptions,
  events: CameraSourceEvents,
  { attempt, mailbox, lastTime, onPicture }: Playing,
): Promise<void> {
  const { signal } = attempt
  const input = await options.open(signal, options.tap)
  const unheard =
    input.unheard === undefined ? '' : `; its sound (${input.unheard}) is left out: set the camera to AAC or G.711`
  const motion = events.onMotion && createMotionWatch(config.motion, options.masks ?? [], events.onMotion)
  let heldBack = 0
  const tellHeldBack = () => {
    const count = input.heldBack ?? 0
    if (count > heldBack) events.onHeldBack?.(count - heldBack)
    heldBack = count
  }
  const packet = new Packet()
  packet.alloc()
  try {
    const decoder = await createFrameDecoder(input, {
      threads: config.hardwareThreads,
      maximumPixels: config.maximumPixels,
    })
    const sampler = createFrameSampler(options.plan.framesPerSecond)
    // footage and benchmarks are meant to take all there is
    const budget = input.live ? createDecodeBudget(clock, config.limits) : undefined
    const take = async (frame: Frame) => {
      budget?.decoded(frame.width, frame.height)
      onPicture(`${input.description.split(' ')[0]} ${frame.width}×${frame.height}${unheard}`)
      // Event time never goes back, also over a reconnect.
      const at = Math.max(lastTime.value + 1, Math.round(input.timeOf(frame.bestEffortTimestamp)))
      await motion?.offer(frame, at).catch((error: unknown) => events.onFailed(error))
      if (!sampler.wants(at)) return
      lastTime.value = at
      if (options.mode === 'every') await mailbox.room()
      else if (options.mode === 'live' && !input.live) await untilDue(clock, at, attempt)
      mailbox.offer(frame, at)
      if (options.mode === 'gentle') await mailbox.idle()
    }
    try {
      mailbox.interrupt()
      await pump(input, decoder, packet, options.loop, { take, mailbox, events, tellHeldBack, attempt, budget })
      await mailbox.idle()
    } finally {
      decoder.close()
    }
  } finally {
    // one that sends nothing but rubbish was held back too
    tellHeldBack()
    motion?.close()
    packet.free()
    await input.close()
  }
}

async function pump(
  input: VideoInput,
  decoder: FrameDecoder,
  packet: Packet,
  loop: boolean,
  to: {
    readonly take: (frame: Frame) => Promise<void>
    readonly mailbox: FrameMailbox
    readonly events: CameraSourceEvents
    readonly tellHeldBack: () => void
    readonly attempt: Attempt
    readonly budget: DecodeBudget | undefined
  },
): Promise<void> {
  let damaged = 0
  let dropped = 0
  const { signal } = to.attempt
  for (;;) {
    let packets = 0
    while (await input.next(packet)) {
      packets++
      to.events.onBytes?.(packet.size)
      if (to.budget?.allows({ key: (packet.flags & AV_PKT_FLAG_KEY) !== 0 }) === false) {
        to.events.onSkipped(1)
        // it sends, and we keep it waiting
        if (decoder.pictures > 0) to.attempt.alive()
      } else await decoder.decode(packet, to.take)
      packet.unref()
      signal.throwIfAborted()
      if (decoder.damaged > damaged) to.events.onDamaged()
      damaged = decoder.damaged
      if (input.droppedPackets > dropped) to.events.onSkipped(input.droppedPackets - dropped)
      dropped = input.droppedPackets
      to.tellHeldBack()
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
