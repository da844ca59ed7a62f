// Applies the topic map's retention at intervals: by age, and by size shared evenly over a topic's partitions (as Kafka's retention.bytes, which is per partition).
import { retentionOf, topicNames } from '../../../contracts/topics.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../../logging/logger.ts'
import type { EmbeddedLog } from './embedded-log.ts'

export interface RetentionLoop {
  start(): void
  stop(): Promise<void>
}

export function createRetention(
  { clock, logger, log }: { clock: Clock; logger: Logger; log: EmbeddedLog },
  intervalSeconds: number,
  kept: { readonly frameMinutes?: number | undefined } = {},
): RetentionLoop {
  let stopping = true
  let cancel: (() => void) | undefined
  let running: Promise<void> = Promise.resolve()

  async function checkAll(): Promise<void> {
    for (const topic of topicNames) {
      const { milliseconds, bytes } = retentionOf(topic, kept)
      const partitions = log.partitionsOf(topic)
      let events = 0
      for (const partition of partitions) {
        for (let more = true; more && !stopping; ) {
          const expired = await log.writer.expire({
            partition: partition.id,
            before: clock.now() - milliseconds,
            maximumBytes: Math.floor(bytes / partitions.length),
          })
          events += expired.events
          more = expired.more
        }
      }
      if (events > 0) logger.info({ topic, events }, 'events expired')
    }
  }

  function plan(): void {
    if (stopping) return
    cancel = clock.after(intervalSeconds * 1000, () => {
      running = checkAll()
        .catch((error: unknown) => logger.error({ err: error }, 'retention failed; it goes on at the next check'))
        .finally(plan)
    })
  }

  return {
    start() {
      stopping = false
      plan()
    },
    async stop() {
      stopping = true
      cancel?.()
      await running
    },
  }
}
