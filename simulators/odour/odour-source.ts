// A gas array in the open: clean air with noise and slow drift, and gases that come and go, one step a reading.
import { gasArraySensors, type KnownMeasurement } from '../../services/contracts/measurements.ts'
import type { ReadingSource } from '../device/sensor-script.ts'
import { createRandom } from '../random.ts'
import { type ArrayGas, cleanAir, gasResponses } from './gas-responses.ts'

export interface Exposure {
  /** seconds after the start */
  readonly from: number
  readonly to: number
  readonly gas: ArrayGas
  /** 1: as strong as the mean of the recordings */
  readonly strength: number
}

export interface OdourScript {
  readonly seed: number
  readonly stepSeconds: number
  readonly exposures: readonly Exposure[]
}

export function createOdourSource(script: OdourScript): ReadingSource {
  const random = createRandom(script.seed)
  const board = cleanAir.mean.map((mean) => mean * Math.exp(random.normal(0, cleanAir.spread)))
  // each exposure differs a little from the mean, in the same way while it lasts
  const exposures = script.exposures.map((exposure) => {
    const { response, scatter } = gasResponses[exposure.gas]
    const own = response.map((value, sensor) =>
      Math.min(0, value * exposure.strength + random.normal(0, (scatter[sensor] ?? 0) * 0.5)),
    )
    return { ...exposure, own, recovery: gasResponses[exposure.gas].recovery }
  })
  let drift = board.map(() => 0)
  return {
    read(seconds) {
      drift = drift.map((value) => value * 0.999 + random.normal(0, 0.0004))
      const values: Partial<Record<KnownMeasurement, number>> = {}
      for (const [sensor, name] of gasArraySensors.entries()) {
        let change = (drift[sensor] ?? 0) + random.normal(0, cleanAir.noise)
        for (const exposure of exposures)
          change += (exposure.own[sensor] ?? 0) * presence(exposure, seconds, script.stepSeconds)
        values[name] = Number(((board[sensor] ?? 0) * Math.exp(change)).toFixed(2))
      }
      return values as Record<string, number>
    },
  }
}

/** Share of a response at a time: nearly all of it within one step, and back within three. */
function presence(
  { from, to, recovery }: Exposure & { recovery: readonly [number, number, number] },
  seconds: number,
  step: number,
): number {
  if (seconds < from) return 0
  if (seconds < to) return seconds - from < step ? 0.93 : 1
  const steps = (seconds - to) / step
  const shares = [recovery[0], recovery[1], recovery[2]]
  return steps < 3 ? (shares[Math.floor(steps)] ?? 0) : recovery[2] * Math.exp(-(steps - 2) / 2)
}
