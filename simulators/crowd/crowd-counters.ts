// Crowd counters of 山塘街: one at the gate where a surge comes, one in the middle of the street.
import type { SensorScript } from '../device/sensor-script.ts'
import type { CrowdScript } from './crowd-source.ts'

export const crowdCounters: readonly { readonly script: SensorScript; readonly crowd: CrowdScript }[] = [
  {
    script: {
      id: 'crowd-shantang-gate-01',
      kind: 'crowd',
      name: '山塘街新民桥入口客流',
      location: [120.6003, 31.3174],
      everySeconds: 5,
      seed: 601,
    },
    crowd: {
      peak: 420,
      weekend: 1.6,
      area: 600,
      stayMinutes: 12,
      seed: 611,
      surges: [{ from: 200, to: 700, amount: 2300, shape: 'hump' }],
    },
  },
  {
    script: {
      id: 'crowd-shantang-mid-01',
      kind: 'crowd',
      name: '山塘街通贵桥客流',
      location: [120.5978, 31.3191],
      everySeconds: 5,
      seed: 602,
      faults: [{ from: 1000, to: 1060, kind: 'drop' }],
    },
    crowd: { peak: 650, weekend: 1.5, area: 1500, stayMinutes: 20, seed: 612, surges: [] },
  },
]
