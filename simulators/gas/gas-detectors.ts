// Gas detectors: combustible gas in a restaurant with a leaking bottle, toxic gases at a waste station, with a clock that runs off.
import type { SensorScript } from '../device/sensor-script.ts'

export const gasDetectors: readonly SensorScript[] = [
  {
    id: 'gas-shantang-restaurant-01',
    kind: 'gas',
    name: '山塘街餐饮店可燃气体探测器',
    location: [120.5991, 31.3188],
    everySeconds: 5,
    seed: 501,
    signals: {
      gas_lel: {
        level: 1.2,
        wander: 0.4,
        noise: 0.2,
        decimals: 1,
        least: 0,
        events: [{ from: 280, to: 460, amount: 34, shape: 'hump' }],
      },
      co_ppm: { level: 2.1, wander: 0.6, noise: 0.3, decimals: 1, least: 0 },
    },
  },
  {
    id: 'gas-waste-station-01',
    kind: 'gas',
    name: '冠云花园废品回收点有毒气体探测器',
    location: [120.5823, 31.3318],
    everySeconds: 5,
    seed: 502,
    signals: {
      nh3_ppm: {
        level: 0.6,
        wander: 0.15,
        noise: 0.05,
        decimals: 2,
        least: 0,
        events: [{ from: 620, to: 1150, amount: 4.4, shape: 'hump' }],
      },
      h2s_ppm: { level: 0.008, wander: 0.003, noise: 0.002, decimals: 3, least: 0 },
    },
    faults: [{ from: 1300, to: 1500, kind: 'skew', seconds: 86_400 }],
  },
]
