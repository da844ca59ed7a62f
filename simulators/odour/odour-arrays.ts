// Odour arrays of the demonstration: at the suspected beer workshop of 后宝元街 (ethanol), and by the sewers of 新庄新村 (methane).
import type { SensorScript } from '../device/sensor-script.ts'
import type { OdourScript } from './odour-source.ts'

const everySeconds = 5

export const odourArrays: readonly { readonly script: SensorScript; readonly odour: OdourScript }[] = [
  {
    script: {
      id: 'odour-houbaoyuan-01',
      kind: 'odour',
      name: '后宝元街19号大院异味阵列',
      location: [120.5889, 31.3266],
      everySeconds,
      seed: 701,
    },
    odour: {
      seed: 711,
      stepSeconds: everySeconds,
      exposures: [
        { from: 75, to: 195, gas: 'ethanol', strength: 1.1 },
        { from: 900, to: 1080, gas: 'ethanol', strength: 0.8 },
      ],
    },
  },
  {
    script: {
      id: 'odour-xinzhuang-01',
      kind: 'odour',
      name: '新庄新村98幢异味阵列',
      location: [120.5912, 31.3224],
      everySeconds,
      seed: 702,
      faults: [{ from: 500, to: 540, kind: 'garbage' }],
    },
    odour: { seed: 712, stepSeconds: everySeconds, exposures: [{ from: 600, to: 780, gas: 'methane', strength: 0.9 }] },
  },
]
