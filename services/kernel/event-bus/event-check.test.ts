import fc from 'fast-check'
import Format from 'typebox/format'
import { describe, expect, it } from 'vitest'
import { topicNames, topics } from '../../contracts/topics.ts'
import { isDateTime } from './date-time.ts'
import { createEventCheck } from './event-check.ts'
import { reading } from './test-readings.ts'

describe('the check of events', () => {
  const check = createEventCheck()
  const good = reading('/test', 'a', 1).event

  it.each([
    ['no event', undefined, 'without type'],
    ['a text', 'reading', 'without type'],
    ['an unknown type', { ...good, type: 'cn.example.x.v1' }, 'the topic takes'],
    ['no id', { ...good, id: '' }, '/id'],
    ['a time that is none', { ...good, time: 'yesterday' }, '/time'],
    ['a value that is no number', { ...good, data: { ...good.data, values: { ph: Number.NaN } } }, '/data/values/ph'],
    ['a broken trace', { ...good, traceparent: '00-0-0-0' }, '/traceparent'],
  ])('refuses %s and says why', (_, event, told) => {
    expect(() => check('qly.reading.v1', event)).toThrow(expect.objectContaining({ code: 'QLY_BUS_EVENT_INVALID' }))
    expect(() => check('qly.reading.v1', event)).toThrow(told)
  })

  it('refuses a topic that is none, also one by the name of an object’s own things', () => {
    for (const topic of ['qly.nothing.v1', 'toString', '__proto__']) {
      expect(() => check(topic as never, good)).toThrow('no such topic')
    }
  })

  it('takes the example of every event on its topic', () => {
    for (const topic of topicNames) {
      for (const { type, example } of topics[topic].events) check(topic, { ...good, type, data: example })
    }
  })
})

describe('the fast date-time', () => {
  it('answers as TypeBox does, for dates, near-dates and any text', () => {
    const date = fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
      .map((each) => each.toISOString())
    const digits = fc.tuple(...Array.from({ length: 6 }, () => fc.nat({ max: 99 })))
    const near = digits.map((d) => {
      const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = d.map((n) =>
        String(n).padStart(2, '0'),
      )
      return `20${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
    })
    const spoiled = fc
      .tuple(date, fc.nat({ max: 23 }), fc.string({ minLength: 1, maxLength: 1 }))
      .map(([text, at, mark]) => text.slice(0, at) + mark + text.slice(at + 1))
    fc.assert(
      fc.property(fc.oneof(date, near, spoiled, fc.string()), (text) => {
        expect(isDateTime(text)).toBe(Format.IsDateTime(text))
      }),
      { numRuns: 2000 },
    )
  })
})
