// Which devices are connected, told to the presence sink: online with the first connection of a device, offline with the last. A takeover (a new
// connection of the same device, before the broker has noticed the end of the old one) is no absence. Survives a restart of the broker:
// who was online before and does not come back within its keepalive is offline.
import type { DevicePresenceSink } from '../../contracts/device-messages.ts'
import { asAppError } from '../../contracts/errors.ts'
import type { DeviceKind } from '../../contracts/events/reading-recorded-v1.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Logger } from '../../kernel/logging/logger.ts'

export interface PresenceTracker {
  connected(deviceId: string, kind: DeviceKind, connection: object): void
  disconnected(deviceId: string, connection: object, reason: string): void
  /** Has the device a connection other than this one? */
  hasOther(deviceId: string, connection: object): boolean
  /** Devices that were online when the broker ended; those that do not connect within `graceMs` are told as offline. */
  expect(devices: readonly { readonly deviceId: string; readonly kind: DeviceKind }[], graceMs: number): void
  readonly online: ReadonlyMap<string, DeviceKind>
  /** Tells no more (we stop: nobody has gone); waits for what is on its way. */
  stop(): Promise<void>
}

export function createPresenceTracker(deps: {
  readonly presence: DevicePresenceSink
  readonly clock: Clock
  readonly logger: Logger
  /** called after every change, for what is kept over a restart */
  readonly changed: () => void
}): PresenceTracker {
  const { presence, clock, logger } = deps
  const connections = new Map<string, Set<object>>()
  const online = new Map<string, DeviceKind>()
  const awaited = new Map<string, DeviceKind>()
  /** device → the change to be told next; only the newest counts */
  const next = new Map<string, Parameters<DevicePresenceSink>[0]>()
  const telling = new Map<string, Promise<void>>()
  const ended = new AbortController()

  const tell = (deviceId: string, kind: DeviceKind, connected: boolean, reason: string) => {
    if (ended.signal.aborted) return
    if (connected) online.set(deviceId, kind)
    else online.delete(deviceId)
    next.set(deviceId, { deviceId, kind, connected, reason, at: clock.now() })
    if (!telling.has(deviceId)) telling.set(deviceId, run(deviceId))
    deps.changed()
  }

  const run = async (deviceId: string) => {
    let delay = 100
    for (let change = next.get(deviceId); change; change = next.get(deviceId)) {
      next.delete(deviceId)
      try {
        await presence(change)
        delay = 100
      } catch (error) {
        if (!next.has(deviceId)) next.set(deviceId, change)
        logger.warn({ err: asAppError(error), deviceId }, 'the presence of a device could not be told; trying again')
        try {
          await clock.sleep(delay, ended.signal)
        } catch {
          break
        }
        delay = Math.min(delay * 2, 5000)
      }
    }
    telling.delete(deviceId)
  }

  return {
    online,
    connected(deviceId, kind, connection) {
      const known = connections.get(deviceId) ?? new Set()
      connections.set(deviceId, known.add(connection))
      awaited.delete(deviceId)
      if (known.size === 1) tell(deviceId, kind, true, 'connected')
    },
    disconnected(deviceId, connection, reason) {
      const known = connections.get(deviceId)
      if (!known?.delete(connection) || known.size > 0) return
      connections.delete(deviceId)
      tell(deviceId, online.get(deviceId) ?? 'drone', false, reason)
    },
    hasOther: (deviceId, connection) => {
      const known = connections.get(deviceId)
      return known !== undefined && known.size > (known.has(connection) ? 1 : 0)
    },
    expect(devices, graceMs) {
      for (const { deviceId, kind } of devices) awaited.set(deviceId, kind)
      clock.after(graceMs, () => {
        for (const [deviceId, kind] of awaited)
          tell(deviceId, kind, false, 'did not come back after the broker started')
        awaited.clear()
      })
    },
    async stop() {
      ended.abort()
      await Promise.all(telling.values())
    },
  }
}
