// Faults of sensors told apart from events: on made series, and on a real river sonde over five days with its real drift and correction.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createWay, testConfig } from '../testing.ts'
import { driftOf } from './drift.ts'
import { median, outOfLine, wasSpike } from './spike.ts'

const { faults: config } = testConfig().sensing
const minute = 60_000
/** small noise that never repeats */
const noise = (i: number, size: number) => size * Math.sin(i * 12.9898) * Math.cos(i * 78.233)

describe('a sensor', () => {
  it('is out of range with the third such sample of five, and sound again after three good ones', () => {
    const way = createWay('river-01', 'river')
    const ph = [7, 7.1, 15, 15, 15, 15, 7, 7.1, 7.2, 7.1]
    for (const [i, value] of ph.entries()) way.send(i * minute, { ph: value })
    expect(way.faults.map(({ fault, at }) => [fault, at / minute])).toEqual([
      ['out_of_range', 4],
      [null, 8],
    ])
    expect(way.changes).toEqual([])
  })

  it('that jumps now and then is spiking; one that jumps and stays is not', () => {
    const spiking = createWay('river-01', 'river')
    const rising = createWay('river-02', 'river')
    for (let i = 0; i < 60; i++) {
      spiking.send(i * minute, { turbidity: (i % 9 === 8 ? 400 : 20) + noise(i, 1) })
      rising.send(i * minute, { turbidity: (i > 30 ? 400 : 20) + noise(i, 1) })
    }
    expect(spiking.faults.map(({ fault }) => fault)).toEqual(['spiking'])
    expect(rising.faults).toEqual([])
  })

  it('flagged D by itself is faulty until it is N again; M, S and C are only left out', () => {
    const way = createWay('river-01', 'river')
    way.send(0, { ammonia_nitrogen: 9 }, { flags: { ammonia_nitrogen: 'D' } })
    way.send(minute, { ammonia_nitrogen: 9 }, { flags: { ammonia_nitrogen: 'C' } })
    way.send(2 * minute, { ammonia_nitrogen: 0.4 }, { flags: { ammonia_nitrogen: 'N' } })
    expect(way.faults.map(({ fault }) => fault)).toEqual(['flagged', null])
    expect(way.state().latest.ammonia_nitrogen?.[1]).toBe(0.4)
  })

  it('stuck high raises no finding; a real rise that varies does', () => {
    const stuck = createWay(
      'river-01',
      'river',
      testConfig('sensing: { faults: { stuck: { ammonia_nitrogen: { samples: 4, seconds: 60 } } } }'),
    )
    const real = createWay('river-01', 'river')
    for (let i = 0; i < 30; i++) {
      stuck.send(i * minute, { ammonia_nitrogen: i < 10 ? 0.4 + noise(i, 0.05) : 9 })
      real.send(i * minute, { ammonia_nitrogen: (i < 10 ? 0.4 : 9) + noise(i, 0.05) })
    }
    expect(stuck.faults.map(({ fault }) => fault)).toEqual(['stuck'])
    expect(stuck.phases().at(-1)).toBe('ended')
    expect(stuck.changes.at(-1)?.reason).toBe('sensor fault')
    expect(real.phases()).toContain('started')
    expect(real.phases()).not.toContain('ended')
  })
})

describe('spikes', () => {
  it('need some history and a jump beyond noise and resolution', () => {
    const quiet = [10, 10.1, 9.9, 10, 10.1, 9.9, 10]
    expect(outOfLine(quiet.slice(1), 99, 0.1, config.spike)).toBe(0)
    expect(outOfLine(quiet, 10.9, 0.1, config.spike)).toBe(0)
    expect(outOfLine(quiet, 12, 0.1, config.spike)).toBe(1)
    expect(outOfLine(quiet, 8, 0.1, config.spike)).toBe(-1)
    expect(wasSpike([...quiet, 40, 10], 0.1, config.spike)).toBe(true)
    expect(wasSpike([...quiet, 40, 41], 0.1, config.spike)).toBe(false)
  })

  it('median of odd and even many', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5])
  })
})

const timeseries = join(import.meta.dirname, '../../../../shared/data/timeseries')
const corrected = join(timeseries, 'river_sonde_5min_corrected.csv')
if (!existsSync(corrected)) process.stderr.write(`skipped: no ${corrected}\n`)

describe.runIf(existsSync(corrected))('the real sonde, 1,527 samples over five days', () => {
  const [head = '', ...lines] = readFileSync(corrected, 'utf8').trim().split('\n')
  const columns = head.split(',')
  const rows = lines.map((line) => {
    const cells = line.split(',')
    const cell = (name: string) => Number(cells[columns.indexOf(name)])
    const at = Date.parse(`${cells[columns.indexOf('dateTime')]} UTC`)
    return { at, cell }
  })
  const values = ({ cell }: (typeof rows)[number], suffix: '' | '_Corr') => ({
    ph: cell(`pH${suffix}`),
    chloride: cell(`Chloride${suffix}`),
    conductivity: 1000 * cell(`SpCond${suffix}`),
    ammonia_nitrogen: cell('AmmoniumN'),
    nitrate_nitrogen: cell('NitrateN'),
    water_temperature: cell('Temp'),
  })
  const faulty = (
    suffix: '' | '_Corr',
    change: (values: Record<string, number>, i: number) => Record<string, number> = (v) => v,
  ) => {
    const way = createWay('river-sonde', 'river')
    for (const [i, row] of rows.entries()) way.send(row.at, change(values(row, suffix), i))
    const open = Object.entries(way.state().sensors).filter(([, { fault }]) => fault !== null)
    return { way, faults: Object.fromEntries(open.map(([name, { fault }]) => [name, fault])) }
  }

  it('raw: chloride and conductivity drift, nitrate stands still; the sound ones are sound', () => {
    const { way, faults } = faulty('')
    expect(faults).toEqual({ chloride: 'drifting', conductivity: 'drifting', nitrate_nitrogen: 'stuck' })
    expect([...new Set(way.faults.map(({ name }) => name))].sort()).toEqual([
      'chloride',
      'conductivity',
      'nitrate_nitrogen',
    ])
  })

  it('corrected: nothing drifts', () => {
    const { way } = faulty('_Corr')
    expect(way.faults.map(({ name, fault }) => [name, fault])).toEqual([['nitrate_nitrogen', 'stuck']])
  })

  it('a spill of six hours and a lasting step are events, not drift', () => {
    const spill = (v: Record<string, number>, i: number) => ({
      ...v,
      conductivity: (v.conductivity ?? 0) + (i >= 900 && i < 972 ? 400 : 0),
    })
    const step = (v: Record<string, number>, i: number) => ({
      ...v,
      conductivity: (v.conductivity ?? 0) + (i >= 900 ? 400 : 0),
    })
    for (const event of [spill, step]) {
      expect(faulty('_Corr', event).way.faults.filter(({ name }) => name === 'conductivity')).toEqual([])
    }
  })

  it('needs days: the first two days of drift are not called so', () => {
    const way = createWay('river-sonde', 'river')
    for (const row of rows.slice(0, 576)) way.send(row.at, values(row, ''))
    expect(
      driftOf(
        way.state().sensors.chloride?.drift ?? { quarters: [], current: null },
        config.drift.chloride,
        config.driftDays,
      ),
    ).toBe(0)
  })
})
