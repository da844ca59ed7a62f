// Gas: combustible gas in % of the lower explosive limit (GB/T 50493), odorous toxic gases at the boundary (GB 14554-93, mg/m3).
import type { GasConfig } from '../../contracts/config/sensing-air.ts'
import { measurementOf } from '../../contracts/measurements.ts'
import { type Assessment, ladder, written } from './assessment.ts'

/** Litres that one mole of a gas takes at 25 °C and 101.325 kPa. */
const molarVolume = 24.465

/** ppm by volume → mg/m3 at 25 °C and 101.325 kPa: ppm × M / 24.465. */
export function milligramsPerCubicMetre(ppm: number, gramsPerMole: number): number {
  return (ppm * gramsPerMole) / molarVolume
}

export function assessGas(at: number, values: Readonly<Record<string, number>>, config: GasConfig): Assessment[] {
  const found: Assessment[] = []
  const { gas_lel: lel } = values
  if (lel !== undefined) {
    const { combustible } = config
    const { steps, severities } = ladder(combustible.levels, (step) => step - combustible.release, true)
    const level = Math.max(1, steps.filter((step) => lel >= step.limit).length)
    const limit = steps[level - 1]?.limit
    found.push({
      kind: 'gas',
      subject: 'gas_lel',
      at,
      value: lel,
      steps,
      severities,
      persistence: combustible.persistence,
      telling: {
        label: 'combustible gas',
        measured: {
          name: 'gas_lel',
          value: lel,
          unit: '%LEL',
          ...(limit === undefined ? {} : { limit }),
          standard: `${combustible.standard} level ${level}`,
        },
        summary: {
          zh: `可燃气体 ${written(lel, 1)} %LEL，达${level === 1 ? '一' : '二'}级报警值`,
          en: `Combustible gas at ${written(lel, 1)} % LEL, alarm level ${level}`,
        },
      },
    })
  }
  const { boundary } = config
  for (const [name, gas] of Object.entries(boundary.limits)) {
    const ppm = values[name]
    if (ppm === undefined) continue
    const concentration = milligramsPerCubicMetre(ppm, gas.gramsPerMole)
    const times = concentration / gas.milligramsPerCubicMetre
    found.push({
      kind: 'gas',
      subject: name,
      at,
      value: times,
      ...ladder(boundary.severities, (step) => step * (1 - boundary.releaseShare), false),
      persistence: boundary.persistence,
      telling: {
        label: gas.formula,
        measured: {
          name,
          value: concentration,
          unit: 'mg/m3',
          limit: gas.milligramsPerCubicMetre,
          standard: boundary.standard,
        },
        summary: {
          zh: `${measurementOf(name)?.zh ?? gas.formula} ${written(concentration, 3)} mg/m³，为厂界限值的 ${written(times, 1)} 倍`,
          en: `${gas.formula} at ${written(concentration, 3)} mg/m3, ${written(times, 1)} times the boundary limit`,
        },
      },
    })
  }
  return found
}
