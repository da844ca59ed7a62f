// What a camera tells the world on qly.device.v1: status with reason, and where its newest picture is. The newest wins while the bus is away.

import { createEvent } from '../../contracts/cloud-event.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { asAppError } from '../../contracts/errors.ts'
import { type DeviceChanged, deviceChangedV1 } from '../../contracts/events/device-changed-v1.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { backOff } from '../camera-source/back-off.ts'
import type { CameraHealth } from '../camera-source/camera-source.ts'

export interface CameraNews {
  /** Publishes a status if it differs from the last one told. */
  status(health: CameraHealth): void
  /** Publishes fields for the camera's twin; resolves once they are durable, or it was closed. */
  patch(fields: Readonly<Record<string, unknown>>): Promise<void>
  /** Gives what was told a moment to become durable, then lets go. */
  close(): Promise<void>
}

const retry = { initialMs: 200, maximumMs: 5000, jitter: 0.3 }
const closingMs = 1000

export function createCameraNews(deps: Pick<Kernel, 'bus' | 'clock' | 'logger'>, camera: CameraConfig): CameraNews {
  const { bus, clock, logger } = deps
  const closing = new AbortController()
  let told: CameraHealth | undefined
  let waiting: { at: number; health?: CameraHealth; fields?: Record<string, unknown>; done: (() => void)[] } | undefined
  let sending: Promise<void> | undefined

  const put = (change: { health?: CameraHealth; fields?: Readonly<Record<string, unknown>> }, done?: () => void) => {
    if (closing.signal.aborted) return done?.()
    const health = change.health ?? waiting?.health
    const fields = { ...waiting?.fields, ...change.fields }
    waiting = {
      at: clock.now(),
      ...(health ? { health } : {}),
      ...(Object.keys(fields).length > 0 ? { fields } : {}),
      done: [...(waiting?.done ?? []), ...(done ? [done] : [])],
    }
    sending ??= sendAll()
  }

  const sendAll = async () => {
    for (let news = waiting; news; news = waiting) {
      waiting = undefined
      await send(news)
      for (const done of news.done) done()
    }
    sending = undefined
  }

  const send = async (news: NonNullable<typeof waiting>) => {
    const data: DeviceChanged = {
      deviceId: camera.id,
      kind: camera.kind,
      at: new Date(news.at).toISOString(),
      ...(news.health ? { status: news.health.status, reason: news.health.reason.slice(0, 500) } : {}),
      ...(camera.location ? { location: camera.location } : {}),
      ...(news.fields ? { patch: news.fields } : {}),
    }
    const event = createEvent(deviceChangedV1, { source: `/media/${camera.id}`, time: news.at }, data)
    for (let failures = 1; ; failures++) {
      try {
        return await bus.publish([{ topic: 'qly.device.v1', event }])
      } catch (error) {
        if (!asAppError(error).retryable || closing.signal.aborted) {
          return logger.error({ camera: camera.id, err: error }, 'news of a camera could not be published')
        }
        await clock.sleep(backOff(failures, retry, Math.random), closing.signal).catch(() => {})
      }
    }
  }

  return {
    status(health) {
      if (told?.status === health.status && told.reason === health.reason) return
      told = health
      put({ health })
    },
    // with the status: after a camera moved between workers, a late word of the old one is put right
    patch: (fields) => new Promise((resolve) => put({ fields, ...(told ? { health: told } : {}) }, resolve)),
    async close() {
      const cancel = clock.after(closingMs, () => closing.abort())
      await sending
      cancel()
      closing.abort()
    },
  }
}
