import { describe, expect, it } from 'vitest'
import { measurements } from '../../services/contracts/measurements.ts'
import { signalSource } from '../device/sensor-device.ts'
import { riverStations } from './river-stations.ts'

const run = (id: string, seconds: number[]) => {
  const script = riverStations.find((station) => station.id === id)
  if (!script) throw new Error(`no ${id}`)
  const source = signalSource(script)
  return seconds.map((at) => source.read(at, 14, false))
}
const every15 = Array.from({ length: 120 }, (_, i) => i * 15)

describe('river stations', () => {
  it('measure what is known, within what an instrument can report', () => {
    for (const { id } of riverStations)
      for (const values of run(id, every15))
        for (const [name, value] of Object.entries(values)) {
          const known = measurements[name as keyof typeof measurements]
          expect(known, name).toBeDefined()
          expect(value).toBeGreaterThanOrEqual(known.range[0])
          expect(value).toBeLessThanOrEqual(known.range[1])
        }
  })

  it('枫桥 rises over the warning level of 3.80 m to the 4.14 m of 2020-06-28', () => {
    const levels = run('river-fengqiao-01', every15).map(({ water_level }) => Number(water_level))
    expect(levels[0]).toBeLessThan(3.76)
    const over = levels.findIndex((level) => level > 3.8)
    expect(every15[over]).toBeGreaterThan(60)
    expect(every15[over]).toBeLessThan(480)
    const end = levels.slice(-20)
    expect(end.reduce((a, b) => a + b) / end.length).toBeCloseTo(4.14, 1)
  })

  it('山塘河 becomes worse than class V by ammonia for a while', () => {
    const ammonia = run('river-shantang-01', every15).map(({ ammonia_nitrogen }) => Number(ammonia_nitrogen))
    expect(Math.max(...ammonia.slice(0, 25))).toBeLessThan(1)
    expect(Math.max(...ammonia)).toBeGreaterThan(1.5)
    expect(ammonia.at(-1)).toBeLessThan(1)
  })

  it('the oxygen sensor of 虎丘环山河 sticks while the others go on', () => {
    const values = run('river-huqiu-01', every15).slice(6)
    expect(new Set(values.map(({ dissolved_oxygen }) => dissolved_oxygen)).size).toBe(1)
    expect(new Set(values.map(({ turbidity }) => turbidity)).size).toBeGreaterThan(20)
  })
})
