import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventCheck } from '../../kernel/event-bus/event-check.ts'
import { decodeReadings } from './decode-readings.ts'
import type { Decoded, Taken } from './decoded.ts'

const receivedAt = Date.parse('2020-06-28T06:00:00.420Z')
const decode = (payload: unknown): Decoded =>
  decodeReadings({
    deviceId: 'river-01',
    kind: 'river',
    payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    receivedAt,
    traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
    maxClockSkewSeconds: 300,
  })
const taken = (payload: unknown): Taken => {
  const decoded = decode(payload)
  if (decoded.outcome !== 'taken') throw new Error(decoded.reason)
  return decoded
}
const data = (payload: unknown) => taken(payload).events.map(({ event }) => event.data as Record<string, unknown>)

describe('readings', () => {
  it('keep event time and receive time, place, height and flags', () => {
    const [reading] = data({
      at: '2020-06-28T14:00:00+08:00',
      values: { ph: 7.42, 'gas_array.s1': 12, turbidity: null },
      location: [120.602, 31.318],
      altitude: 3.5,
      flags: { ph: 'N' },
      firmware: 'kept out: not of this format',
    })
    expect(reading).toEqual({
      deviceId: 'river-01',
      kind: 'river',
      observedAt: '2020-06-28T06:00:00.000Z',
      receivedAt: '2020-06-28T06:00:00.420Z',
      values: { ph: 7.42, 'gas_array.s1': 12 },
      location: [120.602, 31.318],
      altitudeMetres: 3.5,
      flags: { ph: 'N' },
    })
  })

  it.each([
    ['2020-06-28T06:00:00Z', '2020-06-28T06:00:00.000Z'],
    [1_593_324_000_000, '2020-06-28T06:00:00.000Z'],
    [1_593_324_000, '2020-06-28T06:00:00.000Z'],
    ['2020-02-30T06:00:00.000Z', '2020-03-01T06:00:00.000Z'],
  ])('reads the time %s', (at, expected) => {
    expect(data({ at, values: { ph: 7 } })[0]?.observedAt).toBe(expected)
  })

  it('flags a clock that is off by more than the limit, in both directions', () => {
    const skewed = (at: string) => data({ at, values: { ph: 7 } })[0]?.clockSkewed
    expect(skewed('2020-06-28T05:55:01.000Z')).toBeUndefined()
    expect(skewed('2020-06-28T05:54:00.000Z')).toBe(true)
    expect(skewed('2020-06-29T06:00:00.000Z')).toBe(true)
  })

  it('takes arrays, all or nothing, each with an id of its own', () => {
    const { events, identity } = taken([
      { at: 1_593_324_000_000, values: { ph: 7 } },
      { at: 1_593_324_060_000, values: { ph: 8 } },
    ])
    expect(events.map(({ event }) => event.id)).toEqual([identity, `${identity}.1`])
    expect(decode([{ values: { ph: 7 } }, { values: {} }])).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/reading 2 of 2/) as string,
    })
  })

  it('are known again by their id, else by their bytes if these hold a time, else never', () => {
    const identity = (payload: unknown) => taken(payload).identity
    expect(identity({ id: 'a', values: { ph: 7 } })).toBe(identity({ id: 'a', values: { ph: 8 } }))
    expect(identity({ id: 'a', values: { ph: 7 } })).not.toBe(identity({ id: 'b', values: { ph: 7 } }))
    expect(identity({ at: 1_593_324_000_000, values: { ph: 7 } })).toBe(
      identity({ at: 1_593_324_000_000, values: { ph: 7 } }),
    )
    expect(identity({ values: { ph: 7 } })).toContain(String(receivedAt))
  })

  it.each([
    ['a number', 7, /JSON object/],
    ['no values', { at: 1 }, /"values" must be/],
    ['an empty list', [], /1 to 1000/],
    ['text as a number', { values: { ph: '7' } }, /"values.ph" is no finite number/],
    ['a number beyond a double', '{"values":{"ph":1e999}}', /no finite number: Infinity/],
    ['NaN', '{"values":{"ph":NaN}}', /not JSON/],
    ['a name in capitals', { values: { PH: 7 } }, /no name of a measurement/],
    ['a prototype', '{"values":{"__proto__":1}}', /no name of a measurement/],
    [
      'too many values',
      { values: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`v${index}`, 1])) },
      /more than 256/,
    ],
    ['a time that is none', { at: 'yesterday', values: { ph: 7 } }, /"at" is no time/],
    ['a time before 1970', { at: -5, values: { ph: 7 } }, /"at" is no time/],
    ['a time beyond the calendar', { at: 1e18, values: { ph: 7 } }, /"at" is no time/],
    ['a place in words', { values: { ph: 7 }, location: 'here' }, /"location" must be/],
    ['a height in words', { values: { ph: 7 }, altitude: 'high' }, /"altitude" is no number/],
    ['long flags', { values: { ph: 7 }, flags: { ph: 'x'.repeat(17) } }, /flags.ph/],
  ])('refuses %s', (_name, payload, reason) => {
    expect(decode(payload)).toMatchObject({
      outcome: 'refused',
      code: 'QLY_PAYLOAD_UNREADABLE',
      reason: expect.stringMatching(reason) as string,
      deviceId: 'river-01',
    })
  })

  it.each([[[181, 31]], [[120, 91]], [[31.3, 120.6]]])('refuses the place %j with a code of its own', (location) => {
    expect(decode({ values: { ph: 7 }, location })).toMatchObject({
      outcome: 'refused',
      code: 'QLY_COORDINATE_OUT_OF_RANGE',
    })
  })

  it('whatever the bytes: a valid event or a reason, never a throw, and no prototype is touched', () => {
    const check = createEventCheck()
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .record(
          {
            at: fc.anything(),
            values: fc.dictionary(fc.string(), fc.anything()),
            location: fc.anything(),
            flags: fc.anything(),
            id: fc.anything(),
          },
          { requiredKeys: [] },
        )
        .map((value) =>
          Buffer.from(
            JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each)) ?? '',
          ),
        ),
    )
    fc.assert(
      fc.property(bytes, (payload) => {
        const decoded = decodeReadings({
          deviceId: 'a',
          kind: 'gas',
          payload,
          receivedAt,
          traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
          maxClockSkewSeconds: 1,
        })
        if (decoded.outcome === 'taken') for (const { topic, event } of decoded.events) check(topic, event)
        else expect(decoded.reason.length).toBeGreaterThan(5)
      }),
      { numRuns: 500 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
