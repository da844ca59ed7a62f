// For embedded-full-disk.test.ts, which runs it on a file system of a few MiB: fills it, makes room, goes on; answers with what happened as JSON.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AppError } from '../../../contracts/errors.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { silentLogger } from '../../logging/logger.ts'
import { createMetrics } from '../../metrics/metrics.ts'
import { numberOf, range, reading } from '../test-readings.ts'
import { createEmbeddedEventBus } from './embedded-event-bus.ts'

const [directory = ''] = process.argv.slice(2)
const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
const ballast = join(directory, 'ballast')
writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024))
const bus = createEmbeddedEventBus(deps, { directory, retentionCheckSeconds: 60 })
await bus.start()

const acknowledged: number[] = []
let refusal: AppError | undefined
for (let number = 0; !refusal; number += 100) {
  try {
    await bus.publish(range(number, number + 100).map((each) => reading('/full', 'a', each)))
    acknowledged.push(...range(number, number + 100))
  } catch (error) {
    refusal = error as AppError
  }
}
rmSync(ballast)
const last = acknowledged.length
await bus.publish(range(last, last + 100).map((each) => reading('/full', 'a', each)))
acknowledged.push(...range(last, last + 100))

const stored: number[] = []
const tail = await bus.tail(
  { topics: ['qly.reading.v1'], from: 'earliest' },
  (delivery) => void stored.push(numberOf(delivery)),
)
while ((await tail.lag()) > 0) await systemClock.sleep(5)
await bus.stop()
const { code, retryable } = refusal
process.stdout.write(
  JSON.stringify({
    code,
    retryable,
    acknowledged: acknowledged.length,
    exact: String(stored) === String(acknowledged),
  }),
)
