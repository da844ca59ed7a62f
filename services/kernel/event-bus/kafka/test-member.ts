// For kafka-event-bus.integration.test.ts, which kills it: a process that takes events and never ends handling them, and slots.
import { systemClock } from '../../clock/system-clock.ts'
import { silentLogger } from '../../logging/logger.ts'
import { createMetrics } from '../../metrics/metrics.ts'
import { createKafkaEventBus } from './kafka-event-bus.ts'

const config = JSON.parse(process.env.QLY_TEST_CONFIG ?? '{}')
const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
const bus = createKafkaEventBus(deps, config)
await bus.start()
await bus.subscribe({ topics: ['qly.reading.v1'], group: 'killed', from: 'latest' }, () => new Promise<void>(() => {}))
process.stdout.write('subscribed\n')
await bus.join({
  group: 'killed',
  slots: 16,
  onAssigned: async (slots) => void process.stdout.write(`slots ${slots.size}\n`),
})
