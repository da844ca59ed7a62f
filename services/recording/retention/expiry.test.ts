// What goes when: by class, by quota, by free space; and what never goes.
import fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { type CameraRecording, RecordingConfig } from '../../contracts/config/recording.ts'
import { bytesToFree, isExpired, keepingRules, lowestFirst } from './expiry.ts'

const config = (more: object = {}) => Value.Default(RecordingConfig, more) as RecordingConfig
const hour = 3_600_000
const day = 24 * hour
const now = Date.parse('2020-06-28T06:00:00Z')

describe('retention by class', () => {
  it.each<[string, object, CameraRecording | undefined, { motion?: boolean; alert?: boolean }, number, boolean]>([
    ['alert mode keeps plain content for the buffer only', {}, undefined, {}, 6 / 60, true],
    ['… and that long', {}, undefined, {}, 4 / 60, false],
    ['alert mode does not keep motion', {}, undefined, { motion: true }, 1, true],
    ['alert mode keeps alerts', {}, undefined, { alert: true }, 29 * 24, false],
    ['… not for ever', {}, undefined, { alert: true }, 31 * 24, true],
    ['motion mode keeps motion', { mode: 'motion' }, undefined, { motion: true }, 6 * 24, false],
    ['continuous mode keeps everything', { mode: 'continuous' }, undefined, {}, 2 * 24, false],
    ['… for its days', { mode: 'continuous' }, undefined, {}, 4 * 24, true],
    ['the longest wins', { mode: 'continuous' }, undefined, { motion: true, alert: true }, 20 * 24, false],
    [
      'the longest wins though it is the plain one',
      { mode: 'continuous', retentionDays: { continuous: 60 } },
      undefined,
      { alert: true },
      50 * 24,
      false,
    ],
    ['a camera has its own mode', {}, { mode: 'continuous' }, {}, 24, false],
    ['a camera has its own days', {}, { retentionDays: { alert: 1 } }, { alert: true }, 25, true],
  ])('%s', (_, common, own, has, hours, expired) => {
    const rules = keepingRules(config(common), own)
    const segment = { motion: false, alert: false, ...has, endedAt: now - hours * hour }
    expect(rules && isExpired(segment, rules, now)).toBe(expired)
  })

  it('a camera that is off has no rules', () => {
    expect(keepingRules(config(), { mode: 'off' })).toBeUndefined()
    expect(keepingRules(config({ mode: 'off' }), undefined)).toBeUndefined()
  })

  it('more classes never make content go sooner, and what has gone never comes back', () => {
    const days = fc.record({ continuous: fc.nat(40), motion: fc.nat(40), alert: fc.nat(40) })
    const mode = fc.constantFrom('alert', 'motion', 'continuous')
    fc.assert(
      fc.property(
        mode,
        days,
        fc.boolean(),
        fc.boolean(),
        fc.nat(50 * 24),
        (mode, retentionDays, motion, alert, age) => {
          const rules = keepingRules(config({ mode, retentionDays }), undefined)!
          const endedAt = now - age * hour
          const gone = isExpired({ endedAt, motion, alert }, rules, now)
          if (gone) expect(isExpired({ endedAt, motion: false, alert: false }, rules, now)).toBe(true)
          if (gone) expect(isExpired({ endedAt, motion, alert }, rules, now + day)).toBe(true)
          expect(isExpired({ endedAt: now, motion, alert }, rules, now)).toBe(false)
        },
      ),
    )
  })
})

describe('quota and free space', () => {
  it.each([
    [{ usedBytes: 90, quotaBytes: 100, freeBytes: 50, minimumFreeBytes: 20 }, 0],
    [{ usedBytes: 130, quotaBytes: 100, freeBytes: 50, minimumFreeBytes: 20 }, 30],
    [{ usedBytes: 90, quotaBytes: 100, freeBytes: 5, minimumFreeBytes: 20 }, 15],
    [{ usedBytes: 130, quotaBytes: 100, freeBytes: 0, minimumFreeBytes: 50 }, 50],
  ])('%o: %i bytes must go', (room, wanted) => expect(bytesToFree(room)).toBe(wanted))

  it('takes the oldest of the lowest class, no more than needed, and nothing that a clip needs', () => {
    const segment = fc.record({
      bytes: fc.integer({ min: 1, max: 100 }),
      endedAt: fc.nat(1000),
      needed: fc.boolean(),
      motion: fc.boolean(),
      alert: fc.boolean(),
    })
    const order = ({ alert, motion, endedAt }: { alert: boolean; motion: boolean; endedAt: number }) =>
      (alert ? 2 : motion ? 1 : 0) * 10_000 + endedAt
    fc.assert(
      fc.property(fc.array(segment), fc.nat(2000), (segments, wanted) => {
        const going = lowestFirst(segments, wanted, ({ needed }) => needed)
        const freed = going.reduce((sum, { bytes }) => sum + bytes, 0)
        expect(going.every(({ needed }) => !needed)).toBe(true)
        expect(freed - (going.at(-1)?.bytes ?? 0)).toBeLessThanOrEqual(
          Math.max(0, wanted - 1) + (going.length === 0 ? 1 : 0),
        )
        const staying = segments.filter((each) => !each.needed && !going.includes(each))
        if (staying.length > 0) expect(freed).toBeGreaterThanOrEqual(wanted)
        const last = Math.max(...going.map(order))
        expect(staying.every((each) => order(each) >= last || going.length === 0)).toBe(true)
      }),
    )
  })
})
