// Between decoding and the sink: holds one picture. The newest wins while the sink is busy; what it replaces is skipped and counted.
import type { Frame } from 'node-av'
import { AppError } from '../../contracts/errors.ts'
import type { FramePlan, FrameSink, Pixels } from '../../contracts/frames.ts'
import { convertWhole, createCutFilter, type FrameFilter, formatOf } from './frame-filter.ts'

export interface FrameMailbox {
  /** Offers a sampled picture (a reference of it is kept). */
  offer(frame: Frame, capturedAt: number): void
  /** The next picture offered begins anew (first after a connect, or the file began again). */
  interrupt(): void
  /** Resolves once nothing waits; where every picture must be seen, wait for it before the next offer. */
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

export function createFrameMailbox(plan: FramePlan, see: FrameSink, events: MailboxEvents): FrameMailbox {
  let waiting: { frame: Frame; capturedAt: number; sequence: number } | undefined
  let delivering: Promise<void> | undefined
  let filter: FrameFilter | undefined
  let sequence = 0
  let anew = true
  let closed = false

  const filterFor = async (frame: Frame): Promise<FrameFilter> => {
    if (filter?.format === formatOf(frame)) return filter
    if (filter) anew = true
    filter?.close()
    filter = undefined
    filter = await createCutFilter(frame, plan.cuts)
    return filter
  }

  const deliver = async (frame: Frame, capturedAt: number, number: number) => {
    let whole: Promise<Pixels> | undefined
    let gone = false
    try {
      const cuts = await (await filterFor(frame)).cut(frame)
      const discontinuity = anew
      anew = false
      await see({
        cameraId: plan.cameraId,
        sequence: number,
        capturedAt,
        width: frame.width,
        height: frame.height,
        discontinuity,
        cuts,
        fullFrame() {
          if (gone) return Promise.reject(new AppError('QLY_INTERNAL', 'the frame has been let go already'))
          whole ??= convertWhole(frame)
          return whole
        },
      })
      events.onDelivered()
    } catch (error) {
      events.onFailed(error)
    } finally {
      gone = true
      await whole?.catch(() => {})
      frame.free()
    }
  }

  const deliverAll = async () => {
    for (;;) {
      const next = waiting
      waiting = undefined
      if (!next) break
      await deliver(next.frame, next.capturedAt, next.sequence)
    }
    delivering = undefined
  }

  return {
    offer(frame, capturedAt) {
      sequence++
      const kept = closed ? null : frame.clone()
      if (!kept) return events.onSkipped()
      if (waiting) {
        waiting.frame.free()
        events.onSkipped()
      }
      waiting = { frame: kept, capturedAt, sequence }
      delivering ??= deliverAll()
    },
    interrupt() {
      anew = true
    },
    idle: async () => delivering,
    async close() {
      closed = true
      waiting?.frame.free()
      waiting = undefined
      await delivering
      filter?.close()
      filter = undefined
    },
  }
}
