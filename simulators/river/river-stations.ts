// River stations of the demonstration: the old-town canals of June 2020 (class III to IV), one that rises over the warning level as on 2020-06-28
// (4.14 m at 14:00, 0.35 m over; domain.md §3.3), one whose oxygen sensor sticks.
import type { SensorScript } from '../device/sensor-script.ts'
import type { SignalScript } from '../device/signal.ts'

/** Oxygen and acidity follow the sun over water with algae. */
const oxygenDay = [
  -0.5, -0.6, -0.7, -0.7, -0.7, -0.6, -0.5, -0.3, 0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.9, 0.8, 0.6, 0.4, 0.2, 0, -0.1, -0.2,
  -0.3, -0.4,
]

/** Water of a canal; `nutrients` scales what sewage brings. */
function water(nutrients: number, more: Record<string, Partial<SignalScript>> = {}): Record<string, SignalScript> {
  const signals: Record<string, SignalScript> = {
    ph: { level: 7.4, day: oxygenDay.map((value) => value * 0.25), wander: 0.06, noise: 0.01, decimals: 2 },
    dissolved_oxygen: {
      level: 6.9 - 0.9 * nutrients,
      day: oxygenDay,
      wander: 0.25,
      noise: 0.03,
      decimals: 2,
      least: 0,
    },
    permanganate_index: { level: 3.6 * nutrients, wander: 0.2, noise: 0.05, decimals: 1, least: 0.1 },
    ammonia_nitrogen: { level: 0.62 * nutrients, wander: 0.05, noise: 0.01, decimals: 2, least: 0.02 },
    total_phosphorus: { level: 0.13 * nutrients, wander: 0.01, noise: 0.003, decimals: 3, least: 0.005 },
    turbidity: { level: 28, wander: 6, noise: 0.8, decimals: 1, least: 1 },
    conductivity: { level: 520, wander: 18, noise: 2, decimals: 0, least: 50 },
    water_temperature: {
      level: 25.4,
      day: oxygenDay.map((value) => value * 0.6),
      wander: 0.2,
      noise: 0.04,
      decimals: 1,
    },
    water_level: { level: 3.42, wander: 0.015, memorySeconds: 7200, noise: 0.003, decimals: 2 },
  }
  return Object.fromEntries(Object.entries(signals).map(([name, signal]) => [name, { ...signal, ...more[name] }]))
}

export const riverStations: readonly SensorScript[] = [
  {
    id: 'river-fengqiao-01',
    kind: 'river',
    name: '枫桥水位站',
    location: [120.5672, 31.3128],
    everySeconds: 10,
    seed: 301,
    // the flood of 2020-06-28 in twenty minutes: over 3.80 m after about five, 4.14 m at its height
    signals: water(1, {
      water_level: { level: 3.7, events: [{ from: 30, to: 1200, amount: 0.44, shape: 'rise' }] },
      turbidity: { events: [{ from: 120, to: 1500, amount: 90, shape: 'rise' }] },
    }),
  },
  {
    id: 'river-shantang-01',
    kind: 'river',
    name: '山塘河星桥微型水质站',
    location: [120.5965, 31.3202],
    everySeconds: 15,
    seed: 302,
    // sewage after the downpipes of 新庄 have given way: ammonia of class V for a while
    signals: water(1.1, {
      ammonia_nitrogen: { events: [{ from: 420, to: 1500, amount: 1.35, shape: 'hump' }] },
      total_phosphorus: { events: [{ from: 420, to: 1500, amount: 0.2, shape: 'hump' }] },
      dissolved_oxygen: { events: [{ from: 480, to: 1600, amount: -2.4, shape: 'hump' }] },
    }),
    faults: [
      { from: 900, to: 930, kind: 'garbage' },
      { from: 1800, to: 1950, kind: 'offline' },
    ],
  },
  {
    id: 'river-huqiu-01',
    kind: 'river',
    name: '虎丘环山河微型水质站',
    location: [120.5738, 31.3381],
    everySeconds: 15,
    seed: 303,
    signals: water(0.9, { dissolved_oxygen: { faults: [{ from: 60, to: 100_000, kind: 'stuck' }] } }),
    faults: [{ from: 600, to: 660, kind: 'duplicate' }],
  },
]
