// MQTT QoS 1 into the embedded bus: every message checked as JSON, durable (synchronous=FULL) before its PUBACK, one process for broker, ingest and bus,
// another for the load.
import { openPlant } from '../../../services/broker/testing/device-plant.ts'
import type { Bench } from '../bench-port.ts'
import { runLoad } from './mqtt-load.ts'

const users = Array.from({ length: 8 }, (_, index) => `station-${index}`)
const load = { users, window: 500, payloadBytes: 300, passwordSuffix: '-secret' }

export const bench: Bench = {
  name: 'mqtt-embedded',
  needs: [],
  async run(report) {
    const devices = users.map((id) => `  - { id: ${id}, kind: river, password: ${id}-secret }`).join('\n')
    const plant = await openPlant({ yaml: `devices:\n${devices}\nmqtt: { port: 0 }`, watch: false })
    try {
      await runLoad({ ...load, port: plant.broker.port, messages: 40_000 })
      const { messagesPerSecond } = await runLoad({
        ...load,
        port: plant.broker.port,
        messages: 300_000,
        first: 40_000,
      })
      report({
        what: 'QoS 1 messages of 300 B, JSON checked, durable on the embedded bus',
        value: Math.round(messagesPerSecond),
        unit: 'messages/s',
        target: 30_000,
      })
    } finally {
      await plant.close()
    }
  },
}
