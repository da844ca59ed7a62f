// Noise by GB 3096-2008: energetic mean of the A-weighted level over a window, against the day or night limit of the functional area.
import { DateTime } from 'luxon'
import type { NoiseConfig } from '../../contracts/config/sensing-air.ts'
import { type Assessment, ladder, written } from './assessment.ts'

export type NoiseClass = keyof NoiseConfig['limits']

/** Sums of energy by ten seconds, oldest first: enough for a sliding mean, whatever order the samples come in. */
export type NoiseEnergy = readonly (readonly [from: number, energy: number, samples: number])[]

const sliceMs = 10_000

/** Leq = 10 lg(mean(10^(L/10))): energies are averaged, never decibels. NaN for nothing. */
export function equivalentLevel(levels: readonly number[]): number {
  return 10 * Math.log10(levels.reduce((sum, level) => sum + 10 ** (level / 10), 0) / levels.length)
}

/** Adds a sample (dB(A)) and drops what is older than the window before the newest slice. */
export function addNoise(energy: NoiseEnergy, at: number, level: number, windowSeconds: number): NoiseEnergy {
  const from = Math.floor(at / sliceMs) * sliceMs
  const slices = new Map(energy.map(([start, sum, samples]) => [start, [sum, samples] as const]))
  const [sum, samples] = slices.get(from) ?? [0, 0]
  slices.set(from, [sum + 10 ** (level / 10), samples + 1])
  const newest = Math.max(...slices.keys())
  return [...slices]
    .filter(([start]) => start > newest - windowSeconds * 1000)
    .sort(([a], [b]) => a - b)
    .map(([start, [total, count]]) => [start, total, count] as const)
}

/** Leq over the slices, and how many samples it rests on. */
export function noiseLevel(energy: NoiseEnergy): { level: number; samples: number } {
  const samples = energy.reduce((sum, [, , count]) => sum + count, 0)
  const total = energy.reduce((sum, [, value]) => sum + value, 0)
  return { level: 10 * Math.log10(total / samples), samples }
}

/** Day or night at an instant, in the local time of `timezone` (IANA): day from `dayFrom` to before `nightFrom`. */
export function noisePeriod(at: number, timezone: string, config: NoiseConfig): 'day' | 'night' {
  const { hour } = DateTime.fromMillis(at, { zone: timezone })
  return hour >= config.dayFrom && hour < config.nightFrom ? 'day' : 'night'
}

/** The window against the limit of its class; undefined while too few samples are in it. A value on the limit complies. */
export function assessNoise(
  at: number,
  energy: NoiseEnergy,
  noiseClass: NoiseClass,
  timezone: string,
  config: NoiseConfig,
): Assessment | undefined {
  const { level, samples } = noiseLevel(energy)
  const limits = config.limits[noiseClass]
  if (samples < config.minimumSamples || limits === undefined) return undefined
  const period = noisePeriod(at, timezone, config)
  const limit = limits[period]
  const over = level - limit
  return {
    kind: 'noise',
    subject: 'noise_la',
    at,
    value: over,
    ...ladder(config.severities, (step) => step - config.releaseDecibels, false),
    persistence: config.persistence,
    telling: {
      label: `class ${noiseClass} ${period}`,
      measured: {
        name: 'noise_la',
        value: level,
        unit: 'dB(A)',
        limit,
        standard: `${config.standard} class ${noiseClass} ${period}`,
      },
      summary: {
        zh: `${period === 'day' ? '昼间' : '夜间'}等效声级 ${written(level, 1)} 分贝，超 ${noiseClass} 类区限值 ${limit} 分贝 ${written(Math.max(0, over), 1)} 分贝`,
        en: `Leq ${written(level, 1)} dB(A) by ${period}, ${written(Math.max(0, over), 1)} dB over the limit of ${limit} dB(A) of area class ${noiseClass}`,
      },
    },
  }
}
