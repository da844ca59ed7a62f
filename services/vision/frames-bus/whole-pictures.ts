// Asks media for the whole picture of a frame whose cuts came over the bus; for evidence, so seldom.
import { createEvent } from '../../contracts/cloud-event.ts'
import { AppError } from '../../contracts/errors.ts'
import { pictureWantedV1 } from '../../contracts/events/picture-wanted-v1.ts'
import type { Pixels } from '../../contracts/frames.ts'
import type { Subscription } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { decode } from './read-cut-sheet.ts'

export interface WholePictures {
  start(): Promise<void>
  /** Rejects with QLY_STREAM_UNREADABLE if media does not answer in time. */
  of(cameraId: string, capturedAt: number): Promise<Pixels>
  stop(): Promise<void>
}

export function createWholePictures(
  { bus, clock }: Pick<Kernel, 'bus' | 'clock'>,
  config: { readonly maximumWidth: number; readonly waitMs: number },
): WholePictures {
  const waiting = new Map<string, (base64: string) => void>()
  let listening: Subscription | undefined
  const keyOf = (cameraId: string, capturedAt: number) => `${cameraId} ${capturedAt}`
  return {
    async start() {
      listening = await bus.tail({ topics: ['qly.look.v1'], from: 'latest' }, ({ event }) => {
        if (event.type !== 'cn.qianliyan.picture.shown.v1') return
        const { cameraId, capturedAt, base64 } = event.data
        waiting.get(keyOf(cameraId, Date.parse(capturedAt)))?.(base64)
      })
    },
    async of(cameraId, capturedAt) {
      const key = keyOf(cameraId, capturedAt)
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const cancel = clock.after(config.waitMs, () =>
        reject(new AppError('QLY_STREAM_UNREADABLE', 'media has not shown the whole picture in time')),
      )
      waiting.set(key, resolve)
      try {
        const data = { cameraId, capturedAt: new Date(capturedAt).toISOString(), maximumWidth: config.maximumWidth }
        const event = createEvent(pictureWantedV1, { source: `/vision/${cameraId}`, time: clock.now() }, data)
        await bus.publish([{ topic: 'qly.look.v1', event }])
        return await decode(await promise)
      } finally {
        promise.catch(() => undefined)
        cancel()
        waiting.delete(key)
      }
    },
    async stop() {
      await listening?.stop()
      listening = undefined
    },
  }
}
