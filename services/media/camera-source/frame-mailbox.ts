// Between decoding and the sink: holds one picture. The newest wins while the sink is busy; what it replaces is skipped and counted.
// A sink that says so gets the next pictures while it still works on the ones before, in order and never more than the plan's `framesAtOnce`.
import type { Frame } from 'node-av'
import { AppError } from '../../contracts/errors.ts'
import type { FrameCutPixels, FramePlan, FrameSink, Pixels } from '../../contracts/frames.ts'
import { convertWhole, createCutFilter, type FrameFilter, formatOf } from './frame-filter.ts'
import { createPixelStore } from './pixel-store.ts'

export interface FrameMailbox {
  /** Offers a sampled picture (a reference of it is kept). */
  offer(frame: Frame, capturedAt: number): void
  /** The next picture offered begins anew (first after a connect, or the file began again). */
  interrupt(): void
  /** Resolves once the next offer replaces nothing; where every picture must be seen, wait for it before the offer. */
  room(): Promise<void>
  /** Resolves once nothing waits and the sink has let every picture go. */
  idle(): Promise<void>
  /** Takes no more; resolves when the sink has let the last picture go. */
  close(): Promise<void>
}

export interface MailboxEvents {
  onSkipped(): void
  onDelivered(): void
  /** the sink or a filter failed on one picture; the next ones are still tried */
  onFailed(error: unknown): void
}

export interface MailboxOptions {
  /** cut the picture that waits while the sink looks at the one before: faster, but in vain if it is replaced */
  readonly cutAhead: boolean
}

interface Waiting {
  readonly frame: Frame
  readonly capturedAt: number
  readonly sequence: number
  /** the first after an interruption */
  readonly first: boolean
  readonly cuts: Promise<Cuts> | undefined
}

interface Cuts {
  readonly cuts: FrameCutPixels[]
  /** another kind of picture than the one before */
  readonly changed: boolean
}

export function createFrameMailbox(
  plan: FramePlan,
  see: FrameSink,
  events: MailboxEvents,
  options: MailboxOptions,
): FrameMailbox {
  let waiting: Waiting | undefined
  let taken: (() => void) | undefined
  let delivering: Promise<void> | undefined
  let filter: FrameFilter | undefined
  let cutting: Promise<unknown> = Promise.resolve()
  let sequence = 0
  let first = true
  let closed = false

  const atOnce = plan.framesAtOnce ?? 1
  const underWay = new Set<Promise<void>>()
  // one more of each cut than can be with the sink: the one that is being made
  const store = createPixelStore(plan.cuts.length * (atOnce + 1))

  const filterFor = async (frame: Frame): Promise<{ fitting: FrameFilter; changed: boolean }> => {
    if (filter?.format === formatOf(frame)) return { fitting: filter, changed: false }
    const changed = filter !== undefined
    filter?.close()
    filter = undefined
    filter = await createCutFilter(frame, plan.cuts)
    return { fitting: filter, changed }
  }

  /** One after the other: they share the filter. */
  const cut = (frame: Frame): Promise<Cuts> => {
    const result = cutting.then(async () => {
      const { fitting, changed } = await filterFor(frame)
      return { cuts: await fitting.cut(frame, store), changed }
    })
    cutting = result.catch(() => undefined)
    return result
  }

  const forget = (cuts: Cuts | undefined) => {
    for (const { rgb } of cuts?.cuts ?? []) store.giveBack(rgb)
  }

  /** Lets go of a picture that nobody will see. */
  const drop = ({ frame, cuts }: Waiting) => {
    if (cuts === undefined) return frame.free()
    cuts.then(forget, () => undefined).finally(() => frame.free())
  }

  const deliver = async (
    { frame, capturedAt, sequence: number, first: begins, cuts: ahead }: Waiting,
    ready: () => void,
  ) => {
    let whole: Promise<Pixels> | undefined
    let cuts: Cuts | undefined
    let gone = false
    try {
      cuts = await (ahead ?? cut(frame))
      const picture = {
        cameraId: plan.cameraId,
        sequence: number,
        capturedAt,
        width: frame.width,
        height: frame.height,
        discontinuity: begins || cuts.changed,
        cuts: cuts.cuts,
        fullFrame() {
          if (gone) return Promise.reject(new AppError('QLY_INTERNAL', 'the frame has been let go already'))
          whole ??= convertWhole(frame)
          return whole
        },
      }
      await see(picture, ready)
      events.onDelivered()
    } catch (error) {
      events.onFailed(error)
    } finally {
      gone = true
      await whole?.catch(() => {})
      forget(cuts)
      frame.free()
    }
  }

  /** Hands a picture to the sink; resolves once the sink takes another one. */
  const hand = async (picture: Waiting) => {
    await new Promise<void>((resolve) => {
      const done = deliver(picture, resolve).finally(() => {
        underWay.delete(done)
        resolve()
      })
      underWay.add(done)
    })
    while (underWay.size >= atOnce) await Promise.race(underWay)
  }

  const deliverAll = async () => {
    for (;;) {
      const next = waiting
      waiting = undefined
      taken?.()
      if (!next) break
      await hand(next)
    }
    delivering = undefined
  }

  /** All that was handed over is let go. */
  const settled = async () => {
    while (delivering || underWay.size > 0) await Promise.all([delivering, ...underWay])
  }

  return {
    offer(frame, capturedAt) {
      sequence++
      const kept = closed ? null : frame.clone()
      if (!kept) return events.onSkipped()
      if (waiting) {
        first ||= waiting.first
        drop(waiting)
        events.onSkipped()
      }
      const cuts = options.cutAhead ? cut(kept) : undefined
      // a failure is met where the picture is delivered
      cuts?.catch(() => undefined)
      waiting = { frame: kept, capturedAt, sequence, first, cuts }
      first = false
      delivering ??= deliverAll()
    },
    interrupt() {
      first = true
    },
    async room() {
      while (waiting) {
        await new Promise<void>((resolve) => {
          taken = resolve
        })
      }
    },
    idle: settled,
    async close() {
      closed = true
      if (waiting) drop(waiting)
      waiting = undefined
      taken?.()
      await settled()
      await cutting
      filter?.close()
      filter = undefined
    },
  }
}
