// For embedded-crash.test.ts, which kills it: publishes numbered readings on several lanes as fast as they are acknowledged, and handles them in a group.
// Says on stdout what was acknowledged ("a LANE NUMBER") and what was handled ("h LANE NUMBER").
import { systemClock } from '../../clock/system-clock.ts'
import { silentLogger } from '../../logging/logger.ts'
import { createMetrics } from '../../metrics/metrics.ts'
import { say } from '../test-output.ts'
import { numberOf, reading } from '../test-readings.ts'
import { createEmbeddedEventBus } from './embedded-event-bus.ts'

const [directory = '', from = '[]'] = process.argv.slice(2)
const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
const bus = createEmbeddedEventBus(deps, { directory, retentionCheckSeconds: 60 })
await bus.start()
await bus.subscribe({ topics: ['qly.reading.v1'], group: 'crash' }, async (batch) => {
  say(batch.map((delivery) => `h ${delivery.key} ${numberOf(delivery)}\n`).join(''))
})
say('ready\n')
await Promise.all(
  (JSON.parse(from) as number[]).map(async (first, lane) => {
    for (let number = first; ; number += 3) {
      const device = `lane-${lane}`
      await bus.publish([0, 1, 2].map((step) => reading('/crash', device, number + step)))
      say(`a ${device} ${number + 2}\n`)
    }
  }),
)
