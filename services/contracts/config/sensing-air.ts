// Config of sensing: gas, noise and odour (domain.md §4).
import { type Static, Type } from 'typebox'
import { MeasurementName } from '../events/reading-recorded-v1.ts'
import { closed, Persistence, Rungs, Standard, section } from './sensing-shared.ts'

export const GasConfig = Type.Object(
  {
    combustible: Type.Object(
      {
        standard: Standard('GB/T 50493-2019'),
        levels: Rungs(
          [
            [25, 'high'],
            [50, 'critical'],
          ],
          '% LEL: level 1 and level 2 alarm',
        ),
        release: Type.Number({ default: 3, minimum: 0, maximum: 20, description: 'hysteresis, % LEL' }),
        persistence: Persistence(2, 3, 600),
      },
      section,
    ),
    boundary: Type.Object(
      {
        standard: Standard('GB 14554-93 class II (new)'),
        limits: Type.Record(
          MeasurementName,
          Type.Object(
            {
              milligramsPerCubicMetre: Type.Number({ exclusiveMinimum: 0 }),
              gramsPerMole: Type.Number({ exclusiveMinimum: 0, description: 'molar mass, to convert from ppm' }),
              formula: Type.String({ maxLength: 16 }),
            },
            closed,
          ),
          {
            default: {
              nh3_ppm: { milligramsPerCubicMetre: 1.5, gramsPerMole: 17.031, formula: 'NH3' },
              h2s_ppm: { milligramsPerCubicMetre: 0.06, gramsPerMole: 34.08, formula: 'H2S' },
              ch3sh_ppm: { milligramsPerCubicMetre: 0.007, gramsPerMole: 48.11, formula: 'CH3SH' },
              tma_ppm: { milligramsPerCubicMetre: 0.08, gramsPerMole: 59.11, formula: '(CH3)3N' },
            },
            description: 'boundary limits, one-time maximum',
          },
        ),
        severities: Rungs(
          [
            [1, 'low'],
            [2, 'medium'],
            [5, 'high'],
            [20, 'critical'],
          ],
          'by how many times the limit',
        ),
        releaseShare: Type.Number({ default: 0.1, minimum: 0, maximum: 0.9 }),
        persistence: Persistence(3, 5, 3_600),
      },
      section,
    ),
  },
  section,
)

export const NoiseConfig = Type.Object(
  {
    standard: Standard('GB 3096-2008'),
    limits: Type.Record(
      Type.Enum(['0', '1', '2', '3', '4a', '4b']),
      Type.Object({ day: Type.Number(), night: Type.Number() }, closed),
      {
        default: {
          0: { day: 50, night: 40 },
          1: { day: 55, night: 45 },
          2: { day: 60, night: 50 },
          3: { day: 65, night: 55 },
          '4a': { day: 70, night: 55 },
          '4b': { day: 70, night: 60 },
        },
        description: 'dB(A) by class of functional area (devices[].noiseClass)',
      },
    ),
    defaultClass: Type.Enum(['0', '1', '2', '3', '4a', '4b'], { default: '2' }),
    dayFrom: Type.Integer({ default: 6, minimum: 0, maximum: 23, description: 'local hour' }),
    nightFrom: Type.Integer({ default: 22, minimum: 1, maximum: 24, description: 'local hour' }),
    windowSeconds: Type.Integer({ default: 600, minimum: 10, maximum: 3600, description: 'of the energetic mean' }),
    minimumSamples: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 3600,
      description: 'in the window, before it is judged',
    }),
    severities: Rungs(
      [
        [0, 'low'],
        [5, 'medium'],
        [10, 'high'],
        [15, 'critical'],
      ],
      'by dB over the limit',
    ),
    releaseDecibels: Type.Number({ default: 1, minimum: 0, maximum: 20, description: 'hysteresis' }),
    persistence: Persistence(3, 5, 1_800),
  },
  section,
)

export const OdourConfig = Type.Object(
  {
    model: Type.String({
      default: 'odour',
      description: 'folder under models/, or a path; family classifier, input gas_array',
    }),
    clean: Type.String({ default: 'clean', description: 'the label that means no gas' }),
    threshold: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'default: that of model.json' })),
    severities: Rungs(
      [
        [0.03, 'low'],
        [0.35, 'medium'],
        [1.2, 'high'],
      ],
      'by the strongest response of a sensor, ln(R0/R)',
    ),
    releaseShare: Type.Number({ default: 0.2, minimum: 0, maximum: 0.9 }),
    persistence: Persistence(3, 5, 1_800),
    baselineHours: Type.Number({
      default: 6,
      exclusiveMinimum: 0,
      maximum: 168,
      description: 'how slowly clean air is learned',
    }),
  },
  section,
)
export type GasConfig = Static<typeof GasConfig>
export type NoiseConfig = Static<typeof NoiseConfig>
export type OdourConfig = Static<typeof OdourConfig>
