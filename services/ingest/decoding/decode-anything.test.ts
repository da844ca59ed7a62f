// Arbitrary bytes on every topic: an event that fits its schema, or a dead letter that does; never a throw.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventCheck } from '../../kernel/event-bus/event-check.ts'
import { decode, receivedAt } from '../testing/decode-with.ts'
import { deadLetter } from './dead-letter.ts'
import { djiChannels } from './topic-routes.ts'

describe('anything on any topic', () => {
  const topics = [
    'qly/v1/river/r-1/readings',
    'qly/v1/river/r-1/status',
    'qly/v1/river/r-1/image',
    'qly/v1/spaceship/r-1/readings',
    'qly/v1/river/-/readings',
    'nowhere',
    '',
    'a/'.repeat(300),
    'sys/product/DOCK2/status',
    ...djiChannels.map((channel) => `thing/product/DOCK2/${channel}`),
  ]
  const hostile = fc
    .oneof(
      fc.constantFrom(
        '{"data":{"__proto__":{"polluted":1}}}',
        '{"data":{"a":{"constructor":{"prototype":{"polluted":1}}}}}',
        `{"data":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
        '['.repeat(100_000),
        '{"data":{"latitude":1e999}}',
        '{"data":{"latitude":-0,"longitude":1e-320}}',
        '{"timestamp":1e300,"data":{}}',
        '{"data":{"sub_devices":[{"sn":"x"}]},"sub_devices":{}}',
      ),
      fc.json({ maxDepth: 6 }),
      fc
        .record(
          {
            data: fc.jsonValue(),
            timestamp: fc.jsonValue(),
            method: fc.jsonValue(),
            tid: fc.jsonValue(),
            need_reply: fc.jsonValue(),
            gateway: fc.jsonValue(),
            status: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    )
    .map((text) => Buffer.from(text))

  it('gives events and answers that fit their schemas, or a dead letter that does; never a throw', () => {
    const check = createEventCheck()
    fc.assert(
      fc.property(
        fc.constantFrom(...topics),
        fc.oneof(
          hostile,
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        ),
        (topic, payload) => {
          const decoded = decode(topic, payload)
          if (decoded.outcome === 'taken') {
            for (const { topic: where, event } of decoded.events) check(where, JSON.parse(JSON.stringify(event)))
            for (const answer of decoded.answers) JSON.stringify(answer)
            return
          }
          expect(decoded.code).not.toBe('QLY_INTERNAL')
          const message = { topic, payload, qos: 1, retain: false, duplicate: false, clientId: '', receivedAt } as const
          const { topic: where, event } = deadLetter(message, decoded)
          check(where, event)
        },
      ),
      { numRuns: 2000 },
    )
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
