import { describe, expect, it } from 'vitest'
import { flightAt, flightSeconds, modeCodes } from './flight.ts'
import { huqiuFleet, huqiuPatrol as plan } from './huqiu-patrol.ts'
import { aircraftOsd, dockOsd, topology } from './osd.ts'

const times = flightSeconds(plan)
const weather = { temperature: 26.4, humidity: 80, wind: 3 }

describe('a flight', () => {
  it('goes through its phases in order and ends where it began', () => {
    const seen: string[] = []
    for (let seconds = -2; seconds < times.whole + 2; seconds++) {
      const { phase } = flightAt(plan, seconds)
      if (seen.at(-1) !== phase) seen.push(phase)
    }
    expect(seen).toEqual(['off', 'prepare', 'takeoff', 'wayline', 'home', 'landing', 'off'])
    const landed = flightAt(plan, times.whole - 0.01)
    expect(landed.position).toEqual(plan.home)
    expect(landed.elevation).toBeLessThan(0.1)
  })

  it('moves no faster than its plan says, and stays in the map box of Huqiu', () => {
    for (let seconds = 0; seconds < times.whole; seconds += 2) {
      const a = flightAt(plan, seconds)
      const b = flightAt(plan, seconds + 2)
      const metres = Math.hypot((b.position[0] - a.position[0]) * 95_174, (b.position[1] - a.position[1]) * 110_875)
      expect(metres).toBeLessThanOrEqual(plan.speed * 2 + 0.01)
      expect(a.position[0]).toBeGreaterThan(120.56)
      expect(a.position[0]).toBeLessThan(120.615)
      expect(a.position[1]).toBeGreaterThan(31.305)
      expect(a.position[1]).toBeLessThan(31.35)
      expect(Math.abs(a.heading)).toBeLessThanOrEqual(180)
    }
  })
})

describe('osd of the aircraft', () => {
  const flying = flightAt(plan, times.prepare + times.climb + 60)
  const merged = Object.assign({}, ...[0, 1, 2, 3].map((turn) => aircraftOsd(flying, plan, 80, turn))) as Record<
    string,
    unknown
  >

  it('comes in parts that make the whole twin when merged by field', () => {
    expect(Object.keys(aircraftOsd(flying, plan, 80, 1))).not.toContain('latitude')
    for (const field of [
      'latitude',
      'longitude',
      'height',
      'elevation',
      'attitude_head',
      'attitude_pitch',
      'attitude_roll',
      'horizontal_speed',
      'vertical_speed',
      'wind_speed',
      'wind_direction',
      'home_distance',
      'mode_code',
      'position_state',
      'battery',
      'storage',
      'cameras',
      '81-0-0',
    ])
      expect(merged).toHaveProperty([field])
  })

  it('holds to the ranges of the Cloud API', () => {
    expect(merged.mode_code).toBe(modeCodes.wayline)
    expect(merged.elevation).toBe(plan.altitude)
    expect(Number(merged.height) - Number(merged.elevation)).toBeCloseTo(14.6, 1)
    expect(Number.isInteger(merged.attitude_head)).toBe(true)
    expect(merged.wind_direction).toBeGreaterThanOrEqual(1)
    expect(merged.wind_direction).toBeLessThanOrEqual(8)
    expect(merged.battery).toMatchObject({ capacity_percent: 80 })
    expect(merged['81-0-0']).toMatchObject({ payload_index: '81-0-0' })
  })
})

describe('the dock', () => {
  it('says whether its aircraft is at home, and the weather', () => {
    const resting = flightAt(plan, -1)
    const flying = flightAt(plan, times.prepare + times.climb + 5)
    expect(dockOsd(resting, plan, huqiuFleet, 97, 0, weather)).toMatchObject({
      drone_in_dock: 1,
      mode_code: 0,
      flighttask_step_code: 255,
      environment_temperature: 26.4,
    })
    expect(dockOsd(flying, plan, huqiuFleet, 80, 0, weather)).toMatchObject({
      drone_in_dock: 0,
      mode_code: 4,
      rainfall: 0,
    })
    expect(dockOsd(flying, plan, huqiuFleet, 80, 1, weather)).toMatchObject({
      sub_device: { device_sn: huqiuFleet.aircraft, device_online_status: 1 },
    })
  })

  it('lists its aircraft in the topology only while that is on', () => {
    expect(topology(huqiuFleet, false)).toMatchObject({ domain: '3', type: 2, sub_devices: [] })
    expect(topology(huqiuFleet, true)).toMatchObject({
      sub_devices: [{ sn: huqiuFleet.aircraft, domain: '0', type: 91, sub_type: 1 }],
    })
  })
})
