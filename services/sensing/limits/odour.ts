// Odour: what the classifier said of a window of gas-array readings, and how strongly the array responds.
import type { OdourConfig } from '../../contracts/config/sensing-air.ts'
import { type Assessment, ladder, written } from './assessment.ts'

/** Probabilities by label, as the classifier gave them, for the window that ends `at`. */
export interface OdourOpinion {
  readonly at: number
  readonly probabilities: Readonly<Record<string, number>>
  /** ln(R0/R) of the sensor that responds most, in the newest step of the window */
  readonly response: number
  readonly model: string
}

const zh: Readonly<Record<string, string>> = { ethylene: '乙烯', co: '一氧化碳', ethanol: '乙醇', methane: '甲烷' }

/** The likeliest label; `clean` where none but it reaches the threshold. */
export function odourLabel(
  opinion: OdourOpinion,
  config: OdourConfig,
  threshold: number,
): { label: string; score: number } {
  const [label, score] = Object.entries(opinion.probabilities).reduce(
    (best, next) => (next[1] > best[1] ? next : best),
    [config.clean, -1] as [string, number],
  )
  return label !== config.clean && score >= threshold
    ? { label, score }
    : { label: config.clean, score: opinion.probabilities[config.clean] ?? 0 }
}

/** The value is the response while a gas is recognised, 0 in clean air. Odour strength itself needs noses; this is a trend. */
export function assessOdour(opinion: OdourOpinion, config: OdourConfig, threshold: number): Assessment {
  const { label, score } = odourLabel(opinion, config, threshold)
  const value = label === config.clean ? 0 : Math.max(opinion.response, 0)
  return {
    kind: 'odour',
    subject: 'gas_array',
    at: opinion.at,
    value,
    ...ladder(config.severities, (step) => step * (1 - config.releaseShare), true),
    persistence: config.persistence,
    telling: {
      label,
      score: Math.min(1, Math.max(0, score)),
      measured: { name: 'gas_array', value, unit: 'ln(R0/R)', standard: opinion.model },
      summary: {
        zh: `气体阵列识别到${zh[label] ?? label}（可信度 ${written(score * 100, 0)}%）`,
        en: `The gas array recognises ${label} (${written(score * 100, 0)} % sure)`,
      },
    },
  }
}
