// One message of a device from bytes to durable: decode, drop duplicates, publish, then answer.
import type { Config } from '../contracts/config/config.ts'
import type { DeviceMessage, DeviceMessageSink, DevicePublisher } from '../contracts/device-messages.ts'
import { asAppError } from '../contracts/errors.ts'
import type { Clock } from '../kernel/clock/clock.ts'
import type { Logger } from '../kernel/logging/logger.ts'
import { deadLetter } from './decoding/dead-letter.ts'
import { decodeMessage } from './decoding/decode-message.ts'
import { type Answer, type Refused, refuse, type Taken } from './decoding/decoded.ts'
import { sourceOf } from './decoding/message-identity.ts'
import type { RouteOf } from './decoding/topic-routes.ts'
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

  /** Not an async function, and one promise a message: this is the hot path. */
  return (message) => {
    const route = routes(message.topic)
    const source = route.source
    if (message.qos === 0 && queue.waiting >= settings.maximumQueuedMessages) {
      metrics.count(source, 'dropped')
      return done
    }
    const decoded = decodeMessage(message, route, { settings, knowledge })
    if (decoded.outcome === 'refused') return storeLetter(message, source, decoded)
    const { identity, answers } = decoded
    if (identity === undefined || decoded.events.length === 0) {
      metrics.count(source, 'durable')
      answer(answers)
      return done
    }
    const name = `${sourceOf(route.deviceId ?? 'unknown')} ${identity}`
    const key = duplicateKey(name)
    const first = underway.get(name)
    if (first || window.has(key)) return duplicate(first, source, answers)
    const stored = store(message, source, decoded, name, key)
    underway.set(name, stored)
    return stored
  }

  async function duplicate(
    first: Promise<void> | undefined,
    source: string,
    answers: readonly Answer[],
  ): Promise<void> {
    await first
    metrics.count(source, 'duplicate')
    answer(answers)
  }

  function store(message: DeviceMessage, source: string, taken: Taken, name: string, key: DuplicateKey): Promise<void> {
    let became: Outcome = 'durable'
    return queue.publish({
      events: taken.events,
      bytes: message.payload.byteLength,
      instead(error) {
        became = 'dead_letter'
        return deadLetter(message, refuse(error.code, error.message))
      },
      settled(error) {
        underway.delete(name)
        metrics.count(source, error ? 'failed' : became)
        if (error) return
        window.add(key, message.receivedAt)
        deps.note(key)
        for (const { event } of taken.events)
          if (event.type === 'cn.qianliyan.reading.recorded.v1' && event.data.clockSkewed) metrics.skewed()
        if (taken.learnt || taken.left) learn(taken)
        if (taken.answers.length > 0) answer(taken.answers)
      },
    })
  }

  function storeLetter(message: DeviceMessage, source: string, refused: Refused): Promise<void> {
    const letter = deadLetter(message, refused)
    return queue.publish({
      events: [letter],
      bytes: message.payload.byteLength,
      instead: (error) => deadLetter(message, refuse(error.code, error.message)),
      settled: (error) => metrics.count(source, error ? 'failed' : 'dead_letter'),
    })
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

const done = Promise.resolve()
