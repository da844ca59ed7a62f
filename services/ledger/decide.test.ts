// The ledger over simulated weeks: who becomes suspected, a zombie, or none; by table. Sightings go through the match as in life.
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { LedgerConfig } from '../contracts/config/ledger.ts'
import type { VehicleSighted } from '../contracts/events/vehicle-sighted-v1.ts'
import { type Decision, enter, passTime, see, takeStep } from './decide.ts'
import { dayMs, isOpen, iso, type LedgerRecord } from './entry.ts'
import { matchSighting } from './match.ts'

const rules = Value.Default(LedgerConfig, {}) as LedgerConfig
const start = Date.parse('2020-06-01T00:00:00.000Z')
const white = [0, 0, 0, 0, 1]
const black = [1, 0, 0, 0, 0]
const place: [number, number, number, number] = [0.3, 0.5, 0.5, 0.7]
const beside: [number, number, number, number] = [0.36, 0.5, 0.56, 0.7]

/** On day `day` (fractions allowed) something is seen of a vehicle that stands since day `since`. */
type Seen = { day: number; since?: number } & Partial<VehicleSighted>
const sighting = ({ day, since = 0, ...more }: Seen): VehicleSighted => ({
  phase: 'seen',
  cameraId: 'cam',
  by: 'cctv',
  label: 'car',
  box: place,
  location: [120.5884, 31.3271],
  accuracyMetres: 20,
  look: white,
  standsSince: iso(start + since * dayMs),
  at: iso(start + day * dayMs),
  evidence: [],
  ...more,
})
const daily = (from: number, to: number, more: Partial<Seen> = {}, every = 1): Seen[] =>
  Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => ({ day: from + i * every, ...more }))
const drone = {
  cameraId: 'drone-1',
  by: 'drone',
  box: undefined,
  location: [120.5885, 31.3271],
  accuracyMetres: 5,
} as never

/** Plays sightings in order with a look at the ledger every 6 hours; answers with all records, in the order of their entry. */
function play(seen: readonly Seen[], until: number): LedgerRecord[] {
  const records: LedgerRecord[] = []
  const keep = ({ record }: Decision) => {
    const index = records.findIndex(({ entry }) => entry.id === record.entry.id)
    if (index < 0) records.push(record)
    else records[index] = record
  }
  const queue = [...seen].sort((a, b) => a.day - b.day)
  for (let day = 0; day <= until; day += 0.25) {
    while (queue[0] && queue[0].day <= day) {
      const one = sighting(queue.shift() as Seen)
      const known = matchSighting(
        records.filter(({ entry }) => isOpen(entry.state)),
        one,
        rules,
      )
      if (known) {
        const decided = see(known, one, one.at.slice(0, 10), rules)
        keep(decided)
        if (isOpen(decided.record.entry.state)) continue
      }
      const entered = enter(`v${records.length + 1}`, one, one.at.slice(0, 10), rules)
      if (entered) keep(entered)
    }
    for (const record of records) keep(passTime(record, start + day * dayMs, rules))
  }
  return records
}

const rows: { name: string; seen: Seen[]; until: number; states: string[] }[] = [
  { name: 'stands for hours', seen: daily(0, 0.4, {}, 0.1), until: 3, states: [] },
  {
    name: 'stands for a week, then is seen driving off',
    seen: [...daily(0, 7), { day: 7.5, phase: 'gone', reason: 'left' }],
    until: 8,
    states: ['gone'],
  },
  { name: 'stands for 20 days and goes on', seen: daily(0, 20), until: 20, states: ['suspected'] },
  { name: 'stands for 31 days', seen: daily(0, 31), until: 31, states: ['zombie'] },
  { name: 'is seen by a drone once in 5 days only', seen: daily(0, 35, drone, 5), until: 36, states: ['zombie'] },
  {
    name: 'is seen by camera and drone: one vehicle',
    seen: [...daily(0, 31), ...daily(3.5, 31, drone, 7)],
    until: 31,
    states: ['zombie'],
  },
  {
    name: 'is not recognised for 10 hours every night',
    seen: daily(0, 32).flatMap((one) => [
      one,
      { day: one.day + 0.5, phase: 'gone' as const, reason: 'absent' as const },
      { day: one.day + 0.92 },
    ]),
    until: 32,
    states: ['zombie'],
  },
  {
    name: 'a resident: gone every day, back beside the old place every evening',
    seen: daily(0, 40).flatMap((one) => [
      { day: one.day + 0.8, since: one.day + 0.2, box: one.day % 2 === 0 ? place : beside },
      {
        day: one.day + 0.9,
        phase: 'gone' as const,
        reason: 'absent' as const,
        box: one.day % 2 === 0 ? place : beside,
      },
    ]),
    until: 42,
    states: Array.from({ length: 41 }, () => 'gone'),
  },
  {
    name: 'moves by its own width after 25 days: the days begin anew',
    seen: [
      ...daily(0, 25),
      { day: 25.1, phase: 'gone', reason: 'left' },
      ...daily(26, 40, { since: 25.2, box: [0.5, 0.5, 0.7, 0.7] }),
    ],
    until: 40,
    states: ['gone', 'watched'],
  },
  {
    name: 'another of another colour in its place: two vehicles',
    seen: [...daily(0, 18), ...daily(19, 37, { since: 18.2, look: black })],
    until: 37,
    states: ['gone', 'suspected'],
  },
  { name: 'nobody sees it for 10 days', seen: daily(0, 16), until: 27, states: ['gone'] },
]

describe('the ledger over weeks', () => {
  it.each(rows)('$name', ({ seen, until, states }) => {
    expect(play(seen, until).map(({ entry }) => entry.state)).toEqual(states)
  })

  it('scores days, share of days seen, and two kinds of source, and says what it does not measure', () => {
    const [daysOnly] = play(daily(0, 15), 15)
    expect(daysOnly?.entry).toMatchObject({
      days: 15,
      seenDays: 15,
      score: 0.484,
      measured: { days: 0.5, coverage: 0.938, sources: 1 },
    })
    const [both] = play([...daily(0, 15), ...daily(2.5, 15, drone, 5)], 15)
    expect(both?.entry).toMatchObject({ score: 0.534, cameras: ['cam', 'drone-1'] })
    expect(both?.entry.notMeasured).toContain('dust')
  })

  it('does not make one of two like vehicles that stand near each other', () => {
    const other: [number, number, number, number] = [0.6, 0.5, 0.8, 0.7]
    const records = play([...daily(0, 5), ...daily(0, 5, { box: other }), { day: 4.5, ...(drone as object) }], 6)
    // the drone's sighting could be of either: it counts for none
    expect(records.filter(({ entry }) => entry.cameras[0] === 'cam').map(({ entry }) => entry.cameras)).toEqual([
      ['cam'],
      ['cam'],
    ])
  })
})

describe('steps of people', () => {
  const at = (day: number) => ({ by: 'li', at: iso(start + day * dayMs) })
  const [suspected] = play(daily(0, 20), 20)
  const [watched] = play(daily(0, 3), 3)
  it('go notice, then tow when the notice has run out, with who and when', () => {
    const noticed = takeStep(
      suspected as LedgerRecord,
      { action: 'notice', ...at(20), comment: '已贴告知书' },
      rules,
    ) as Decision
    expect(noticed.record.entry).toMatchObject({ state: 'noticed', noticeUntil: iso(start + 27 * dayMs) })
    expect(takeStep(noticed.record, { action: 'tow', ...at(22) }, rules)).toMatchObject({
      refusal: expect.stringMatching('until'),
    })
    const towed = takeStep(noticed.record, { action: 'tow', ...at(28) }, rules) as Decision
    expect(towed.record.entry.steps.slice(-2)).toMatchObject([
      { action: 'noticed', by: 'li', comment: '已贴告知书' },
      { action: 'towed', by: 'li', at: iso(start + 28 * dayMs) },
    ])
  })
  it.each([
    ['tow', undefined, 'suspected'],
    ['dismiss', undefined, 'suspected'],
    ['notice', undefined, 'watched'],
    ['paint', undefined, 'suspected'],
  ])('%s is refused where it does not fit', (action, comment, state) => {
    const record = (state === 'watched' ? watched : suspected) as LedgerRecord
    expect(takeStep(record, { action, ...at(20), ...(comment ? { comment } : {}) }, rules)).toHaveProperty('refusal')
  })
})
