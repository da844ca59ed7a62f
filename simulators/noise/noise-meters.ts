// Noise meters: a back lane where a workshop hums at times, and an arterial road whose meter sticks for a while.
import type { SensorScript } from '../device/sensor-script.ts'

/** dB(A) over the day's mean by hour: quiet nights, two busy peaks. */
const day = [-9, -10, -11, -11, -10, -7, -3, 0, 2, 2, 1, 1, 0, 0, 1, 1, 2, 3, 2, 1, 0, -2, -5, -7]

export const noiseMeters: readonly SensorScript[] = [
  {
    id: 'noise-houbaoyuan-01',
    kind: 'noise',
    name: '后宝元街19号噪声监测',
    location: [120.5887, 31.3268],
    everySeconds: 2,
    seed: 401,
    signals: {
      noise_la: {
        level: 53,
        day,
        wander: 1.5,
        memorySeconds: 60,
        noise: 1.6,
        decimals: 1,
        least: 25,
        events: [
          { from: 150, to: 420, amount: 19, shape: 'step' },
          { from: 1500, to: 1900, amount: 17, shape: 'step' },
        ],
      },
    },
  },
  {
    id: 'noise-huqiu-road-01',
    kind: 'noise',
    name: '虎丘路噪声监测',
    location: [120.5852, 31.3302],
    everySeconds: 2,
    seed: 402,
    signals: {
      noise_la: {
        level: 60,
        day: day.map((value) => value * 0.9),
        wander: 1.5,
        memorySeconds: 40,
        noise: 2.2,
        decimals: 1,
        least: 25,
        faults: [{ from: 700, to: 1100, kind: 'stuck' }],
      },
    },
  },
]
