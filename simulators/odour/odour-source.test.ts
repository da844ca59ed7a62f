// The odour model must know the simulated gases: readings go through the live window and baseline of sensing.
import { describe, expect, it } from 'vitest'
import { gasArraySensors } from '../../services/contracts/measurements.ts'
import { addToArray, classifierInput, emptyGasArray, learnBaseline } from '../../services/sensing/gas-array.ts'
import { openOdourClassifier } from '../../services/sensing/odour-classifier.ts'
import { arrayGases } from './gas-responses.ts'
import { createOdourSource } from './odour-source.ts'

const stepSeconds = 5

async function labels(
  gas: (typeof arrayGases)[number],
  strength: number,
  seed: number,
): Promise<{ clean: string[]; gas: string[] }> {
  const classifier = await openOdourClassifier('odour')
  const source = createOdourSource({ seed, stepSeconds, exposures: [{ from: 100, to: 180, gas, strength }] })
  const result = { clean: [] as string[], gas: [] as string[] }
  let state = emptyGasArray
  for (let seconds = 0; seconds < 180; seconds += stepSeconds) {
    const values = source.read(seconds, 12, false)
    state = addToArray(
      state,
      seconds * 1000,
      gasArraySensors.map((name) => Number(values[name])),
    )
    const input = classifierInput(state)
    if (!input) continue
    const best = Object.entries(await classifier.classify(input)).sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
    state = learnBaseline(state, best === 'clean', 6)
    if (seconds < 100) result.clean.push(best)
    else if (seconds >= 110) result.gas.push(best)
  }
  await classifier.release()
  return result
}

describe('a simulated gas array', () => {
  it.each(arrayGases)('is recognised by the odour model while %s is there, and as clean before', async (gas) => {
    let right = 0
    let all = 0
    for (const seed of [1, 2, 3]) {
      const seen = await labels(gas, 1, seed)
      expect(seen.clean.filter((label) => label === 'clean').length / seen.clean.length).toBeGreaterThanOrEqual(0.9)
      right += seen.gas.filter((label) => label === gas).length
      all += seen.gas.length
    }
    expect(right / all).toBeGreaterThanOrEqual(0.8)
  })

  it('gives all eight sensors, above nought, the same for the same seed', () => {
    const read = () => createOdourSource({ seed: 4, stepSeconds, exposures: [] }).read(0, 12, false)
    expect(Object.keys(read())).toEqual([...gasArraySensors])
    for (const value of Object.values(read())) expect(value).toBeGreaterThan(0)
    expect(read()).toEqual(read())
  })
})
