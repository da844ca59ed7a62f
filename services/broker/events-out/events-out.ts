// Sends events of the bus out to MQTT subscribers, QoS 1, never retained (a late subscriber must not take an old alarm for a new one).
import type { MqttConfig } from '../../contracts/config/engines.ts'
import type { DevicePublisher } from '../../contracts/device-messages.ts'
import type { EventBus, Subscription } from '../../kernel/event-bus/event-bus.ts'
import type { BrokerMetrics } from '../broker-metrics.ts'
import { binary, outgoingEvent, structured, topicsOut } from './outgoing-event.ts'

export interface EventsOut {
  start(): Promise<void>
  stop(): Promise<void>
}

export interface EventsOutDeps {
  readonly bus: EventBus
  readonly metrics: BrokerMetrics
  readonly publish: DevicePublisher
  /** Is anyone there? If not, events are passed over. */
  readonly wanted: () => boolean
}

/**
 * A consumer group of its own, so that a broker which was away sends on from where it stopped; a group that has never run begins with what
 * comes next. `mode`: binary where the broker speaks MQTT 5 to subscribers itself, structured where that is decided by client or is 3.1.1.
 */
export function createEventsOut(
  deps: EventsOutDeps,
  config: Pick<MqttConfig, 'publishFrames' | 'publishReadings'> & {
    readonly mode: 'binary' | 'structured'
    readonly group: string
  },
): EventsOut {
  let subscription: Subscription | undefined
  const form = config.mode === 'binary' ? binary : structured

  return {
    async start() {
      subscription = await deps.bus.subscribe(
        { topics: topicsOut(config), group: config.group, from: 'latest', maximumBatch: 200 },
        async (batch) => {
          if (!deps.wanted()) return
          const sent = batch.map(async ({ topic: from, event }) => {
            const out = outgoingEvent(event, config)
            if (!out) return
            const { payload, ...properties } = form(out.event)
            await deps.publish(out.topic, payload, { qos: 1, retain: false, ...properties })
            deps.metrics.events.inc({ topic: from })
          })
          await Promise.all(sent)
        },
      )
    },
    async stop() {
      await subscription?.stop()
    },
  }
}
