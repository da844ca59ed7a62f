// A device's way: readings in, findings that begin, go on and end; late, repeated and skewed readings.
import { describe, expect, it } from 'vitest'
import { hasOpenFinding } from './device-state.ts'
import { endSilent } from './judge-reading.ts'
import { createWay, testConfig } from './testing.ts'

const start = Date.parse('2020-06-28T06:00:00.000Z')
const minute = 60_000
const levels = [3.6, 3.7, 3.81, 3.85, 3.9, 4.0, 4.21, 4.25, 4.3, 4.1, 4.05, 4.0, 3.9, 3.7, 3.65, 3.6]

describe('a flood', () => {
  it('is one finding that rises to the guarantee level, falls and ends', () => {
    const way = createWay('river-01', 'river')
    for (const [i, metres] of levels.entries()) way.send(start + i * 2 * minute, { water_level: metres })
    expect(way.changes.map(({ phase, severity, at }) => [phase, severity, (at - start) / (2 * minute)])).toEqual([
      ['started', 'medium', 4],
      ['continued', 'medium', 7],
      ['continued', 'high', 8],
      ['continued', 'medium', 11],
      ['continued', 'medium', 14],
      ['ended', undefined, 15],
    ])
    expect(new Set(way.changes.map(({ since }) => (since - start) / (2 * minute)))).toEqual(new Set([2]))
  })

  it('is the same when every reading comes twice, and when neighbours swap places', () => {
    const once = createWay('river-01', 'river')
    const twice = createWay('river-01', 'river')
    const swapped = createWay('river-01', 'river')
    levels.forEach((metres, i) => {
      once.send(start + i * minute, { water_level: metres })
      for (const _ of [1, 2]) twice.send(start + i * minute, { water_level: metres })
      const j = i % 2 === 0 ? Math.min(i + 1, levels.length - 1) : i - 1
      swapped.send(start + j * minute, { water_level: levels[j] ?? 0 })
    })
    expect(twice.changes).toEqual(once.changes)
    expect(swapped.phases().filter((phase) => phase !== 'continued')).toEqual(['started', 'ended'])
    expect(swapped.changes[0]?.since).toBe(once.changes[0]?.since)
  })
})

it('goes by the receive time where the clock of the device is wrong', () => {
  const way = createWay('river-01', 'river')
  for (let i = 0; i < 3; i++) {
    way.send(
      '2099-01-01T00:00:00.000Z',
      { water_level: 4 },
      { clockSkewed: true, receivedAt: new Date(start + i * minute).toISOString() },
    )
  }
  expect(way.changes).toMatchObject([{ phase: 'started', since: start, at: start + 2 * minute }])
})

it('joins items that stations send apart, and leaves out old ones', () => {
  const way = createWay('river-01', 'river', testConfig('sensing: { water: { itemMaximumAgeSeconds: 3600 } }'))
  way.send(start, { ammonia_nitrogen: 3 })
  for (let i = 1; i <= 3; i++) way.send(start + i * minute, { ph: 7 + i / 10 })
  expect(way.changes).toMatchObject([{ phase: 'started', severity: 'high' }])
  for (let i = 1; i <= 3; i++) way.send(start + (120 + i) * minute, { ph: 7 + i / 10 })
  expect(way.phases().at(-1)).toBe('ended')
})

it('tells a finding that goes on again after repeatSeconds', () => {
  const way = createWay('gas-01', 'gas', testConfig('sensing: { repeatSeconds: 120 }'))
  for (let i = 0; i < 8; i++) way.send(start + i * minute, { gas_lel: 30 + i / 10 })
  expect(way.changes.map(({ phase, at }) => [phase, (at - start) / minute])).toEqual([
    ['started', 1],
    ['continued', 3],
    ['continued', 5],
    ['continued', 7],
  ])
})

it('judges noise by the class of the device and the hour of the place', () => {
  const config = testConfig(
    'devices: [{ id: noise-01, kind: noise, noiseClass: "4a" }, { id: noise-02, kind: noise }]\nsensing: { noise: { windowSeconds: 60 } }',
  )
  const night = Date.parse('2020-06-28T22:30:00+08:00')
  const traffic = createWay('noise-01', 'noise', config)
  const homes = createWay('noise-02', 'noise', config)
  for (let i = 0; i < 40; i++) {
    for (const way of [traffic, homes]) way.send(night + i * 1000, { noise_la: 54 + (i % 7) / 10 })
  }
  expect(traffic.changes).toEqual([])
  expect(homes.changes[0]).toMatchObject({
    phase: 'started',
    severity: 'low',
    condition: { telling: { label: 'class 2 night' } },
  })
})

describe('odour', () => {
  const opinion = (at: number, label: string, response: number) => ({
    at,
    probabilities: { clean: label === 'clean' ? 0.97 : 0.02, [label]: label === 'clean' ? 0.97 : 0.96 },
    response,
    model: 'odour@12345678',
  })
  const array = (scale: number) =>
    Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((s) => [`gas_array.s${s}`, 30 * scale + s]))

  it('needs three windows of five, and says which gas and how sure', () => {
    const way = createWay('odour-01', 'odour')
    const series = ['clean', 'ethanol', 'clean', 'ethanol', 'ethanol', 'clean', 'clean', 'clean']
    series.forEach((label, i) => {
      const at = start + i * minute
      way.send(at, array(1 + i / 100), {}, opinion(at, label, label === 'clean' ? 0 : 0.8))
    })
    expect(way.changes.map(({ phase, severity }) => [phase, severity])).toEqual([
      ['started', 'medium'],
      ['ended', undefined],
    ])
    expect(way.changes[0]?.condition.telling).toMatchObject({ label: 'ethanol', score: 0.96 })
  })

  it('is not judged while a sensor of the array is faulty', () => {
    const way = createWay('odour-01', 'odour')
    for (let i = 0; i < 8; i++) {
      const at = start + i * minute
      const values = { ...array(1 + i / 100), 'gas_array.s3': -5 }
      way.send(at, values, {}, opinion(at, 'ethanol', 0.8))
    }
    expect(way.faults).toMatchObject([{ name: 'gas_array.s3', fault: 'out_of_range' }])
    expect(way.changes).toEqual([])
  })
})

it('takes names and ids that objects have by birth, and forgets measurements that it does not know', () => {
  const way = createWay('constructor', 'river')
  for (let i = 0; i < 3; i++) way.send(start + i * minute, { water_level: 4, constructor: 1, made_up: 2 })
  expect(way.phases()).toEqual(['started'])
  expect(Object.keys(way.state().sensors)).toEqual(['water_level'])
})

it('ends what a silent device left open', () => {
  const way = createWay('gas-01', 'gas')
  for (let i = 0; i < 3; i++) way.send(start + i * minute, { gas_lel: 60 + i })
  const { state, changes } = endSilent(way.state(), start + 7 * 3_600_000)
  expect(changes).toMatchObject([{ phase: 'ended', reason: 'no data', since: start }])
  expect([hasOpenFinding(way.state()), hasOpenFinding(state)]).toEqual([true, false])
})
