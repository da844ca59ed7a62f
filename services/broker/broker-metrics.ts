// Figures of the broker.
import { counter, gauge, type Registry } from '../kernel/metrics/metrics.ts'

export type BrokerMetrics = ReturnType<typeof createBrokerMetrics>

export function createBrokerMetrics(registry: Registry) {
  const logins = counter(registry, 'qianliyan_mqtt_logins_total', 'Log-ins at our broker by outcome.', ['outcome'])
  const received = counter(registry, 'qianliyan_mqtt_received_total', 'Messages of devices by QoS.', ['qos'])
  const refused = counter(
    registry,
    'qianliyan_mqtt_refused_total',
    'Publishes and subscriptions that were not allowed.',
    ['what'],
  )
  const undelivered = counter(
    registry,
    'qianliyan_mqtt_undelivered_total',
    'Messages of devices that were not acknowledged since the bus did not take them in time.',
  )
  const dropped = counter(
    registry,
    'qianliyan_mqtt_dropped_total',
    'Messages to clients that were dropped, and sessions.',
    ['reason'],
  )
  const disconnected = counter(registry, 'qianliyan_mqtt_disconnected_total', 'Connections that we ended, by reason.', [
    'reason',
  ])
  const events = counter(registry, 'qianliyan_mqtt_events_total', 'CloudEvents sent out on MQTT.', ['topic'])
  const clients = gauge(registry, 'qianliyan_mqtt_clients', 'Clients connected to our broker.')
  const inflight = gauge(registry, 'qianliyan_mqtt_inflight_bytes', 'Payload taken from devices and not durable yet.')
  const queued = gauge(
    registry,
    'qianliyan_mqtt_queued_messages',
    'Messages kept for clients that are away or do not acknowledge.',
  )
  return { logins, received, refused, undelivered, dropped, disconnected, events, clients, inflight, queued }
}
