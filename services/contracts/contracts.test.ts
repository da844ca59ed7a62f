// The language is sound: every example fits its schema, every event type is on one topic, keys are what the topic map says, codes are told.

import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { CloudEventAttributes, createEvent, type EventDefinition, eventIdentity } from './cloud-event.ts'
import { AppError, asAppError, errorCodes } from './errors.ts'
import { keyOf, type TopicEvent, topicNames, topics } from './topics.ts'

const definitions = topicNames.flatMap((topic) =>
  (topics[topic].events as readonly EventDefinition[]).map((definition) => ({ topic, definition })),
)

describe.each(definitions)('$definition.type', ({ topic, definition }) => {
  it('has an example that its schema accepts, and a key on its topic', () => {
    expect(Compile(definition.schema).Errors(definition.example)).toEqual([])
    const event = createEvent(definition, { source: '/test', time: 0 }, definition.example)
    expect(Compile(CloudEventAttributes).Errors(event)).toEqual([])
    expect(keyOf(event as TopicEvent)).toMatch(/.+/)
  })

  it('is named by domain, noun, verb and version', () => {
    expect(definition.type).toMatch(/^cn\.qianliyan\.[a-z]+\.[a-z]+\.v\d+$/)
    expect(topic).toMatch(/^qly\.[a-z-]+\.v\d+$/)
  })
})

describe('the language', () => {
  it('has every event type once', () => {
    const types = definitions.map(({ definition }) => definition.type)
    expect(new Set(types).size).toBe(types.length)
  })

  it('identifies events by source and id', () => {
    expect(eventIdentity({ source: '/a', id: '1' })).not.toBe(eventIdentity({ source: '/a ', id: '' }))
  })

  it('has closed codes, each with a status and a meaning', () => {
    for (const [code, kind] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^QLY_[A-Z_]+$/)
      expect(kind.status).toBeGreaterThanOrEqual(400)
      expect(kind.meaning).toMatch(/\.$/)
    }
    const wrapped = asAppError(new TypeError('x is undefined'))
    expect(wrapped).toMatchObject({ code: 'QLY_INTERNAL', retryable: false, status: 500, message: 'x is undefined' })
    expect(asAppError(wrapped)).toBe(wrapped)
    expect(new AppError('QLY_BUS_UNAVAILABLE', 'no broker').retryable).toBe(true)
  })
})
