// One message of a device from bytes to durable: decode, drop duplicates, publish, then answer.
import type { Config } from '../contracts/config/config.ts'
import type { DeviceMessage, DeviceMessageSink, DevicePublisher } from '../contracts/device-messages.ts'
import { type AppError, asAppError } from '../contracts/errors.ts'
import type { Clock } from '../kernel/clock/clock.ts'
import type { Logger } from '../kernel/logging/logger.ts'
import { deadLetter } from './decoding/dead-letter.ts'
import { decodeMessage } from './decoding/decode-message.ts'
import { type Answer, refuse, type Taken } from './decoding/decoded.ts'
import { sourceOf } from './decoding/message-identity.ts'
import type { Route, RouteOf } from './decoding/topic-routes.ts'
import type { StoredKnowledge } from './device-knowledge.ts'
import { type DuplicateKey, type DuplicateWindow, duplicateKey } from './duplicates/duplicate-window.ts'
import type { IngestMetrics, Outcome } from './ingest-metrics.ts'
import type { PublishQueue } from './publish-queue.ts'

export interface SinkDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: IngestMetrics
  readonly routes: RouteOf
  readonly knowledge: StoredKnowledge
  readonly window: DuplicateWindow
  readonly queue: PublishQueue
  readonly publish: DevicePublisher
  /** a message was taken: its key is to survive a restart */
  readonly note: (key: DuplicateKey) => void
}

export function createDeviceSink(deps: SinkDeps, settings: Config['ingest']): DeviceMessageSink {
  const { clock, metrics, routes, knowledge, window, queue } = deps
  /** identity → when its message is durable; a duplicate may arrive while the first is on its way */
  const underway = new Map<string, Promise<void>>()

  return async (message) => {
    const route = routes(message.topic)
    const source = sourceName(route)
    if (message.qos === 0 && queue.waiting >= settings.maximumQueuedMessages) return metrics.count(source, 'dropped')

    const decoded = decodeMessage(message, route, { settings, knowledge })
    if (decoded.outcome === 'refused') {
      const letter = deadLetter(message, decoded)
      return store(message, source, [letter], 'dead_letter')
    }
    const { identity } = decoded
    if (identity === undefined || decoded.events.length === 0) {
      metrics.count(source, 'durable')
      return answer(decoded.answers)
    }
    const ofDevice = sourceOf(route.deviceId ?? 'unknown')
    const name = `${ofDevice} ${identity}`
    const key = duplicateKey(ofDevice, identity)
    const first = underway.get(name)
    if (first || window.has(key)) {
      await first
      metrics.count(source, 'duplicate')
      return answer(decoded.answers)
    }
    const stored = store(message, source, decoded.events, 'durable')
    underway.set(name, stored)
    try {
      await stored
      window.add(key, message.receivedAt)
      deps.note(key)
    } finally {
      underway.delete(name)
    }
    learn(decoded)
    if (decoded.answers.length > 0) answer(decoded.answers)
  }

  async function store(
    message: DeviceMessage,
    source: string,
    events: Taken['events'],
    outcome: 'durable' | 'dead_letter',
  ): Promise<void> {
    let became: Outcome = outcome
    const instead = (error: AppError) => {
      became = 'dead_letter'
      return deadLetter(message, refuse(error.code, error.message))
    }
    try {
      await queue.publish({ events, bytes: message.payload.byteLength, instead })
    } catch (error) {
      metrics.count(source, 'failed')
      throw error
    }
    metrics.count(source, became)
    for (const { event } of events)
      if (event.type === 'cn.qianliyan.reading.recorded.v1' && event.data.clockSkewed) metrics.skewed()
  }

  function learn({ learnt = [], left = [] }: Taken): void {
    for (const each of learnt) knowledge.learn(each)
    for (const each of left) knowledge.leave(each)
  }

  /** Answers are not waited for: a device that does not get one sends its message again, and that is answered too. */
  function answer(answers: readonly Answer[]): void {
    for (const { topic, body } of answers) {
      const bytes = Buffer.from(JSON.stringify({ ...body, timestamp: clock.now() }))
      deps.publish(topic, bytes, { qos: 1, retain: false, contentType: 'application/json' }).then(
        () => metrics.answered(true),
        (error: unknown) => {
          metrics.answered(false)
          deps.logger.warn({ err: asAppError(error), topic }, 'the answer did not reach the broker')
        },
      )
    }
  }
}

function sourceName(route: Route): string {
  switch (route.family) {
    case 'readings':
    case 'status':
      return `${route.kind}/${route.family}`
    case 'dji':
      return `dji/${route.channel}`
    case 'dji-topology':
      return 'dji/topology'
    default:
      return route.family
  }
}
