// Config: limits and the odour classifier. Each limit stands beside the name of its standard; figures from domain.md §3–§5.
import { type Static, Type } from 'typebox'
import { GasConfig, NoiseConfig, OdourConfig } from './sensing-air.ts'
import { FaultsConfig } from './sensing-faults.ts'
import { By, closed, Persistence, Rungs, Standard, section } from './sensing-shared.ts'
import { WaterConfig, WaterLevelConfig } from './sensing-water.ts'

export const CrowdConfig = Type.Object(
  {
    standard: Standard('LB/T 034-2014'),
    squareMetresPerPerson: Type.Number({ default: 2, exclusiveMinimum: 0, description: 'for the capacity of an area' }),
    places: By(
      Type.Object(
        {
          areaSquareMetres: Type.Optional(
            Type.Number({ exclusiveMinimum: 0, description: 'effective visitable area' }),
          ),
          squareMetresPerPerson: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
          capacity: Type.Optional(
            Type.Integer({ minimum: 1, description: 'instant capacity, where it is given outright' }),
          ),
        },
        closed,
      ),
      'by device id; without capacity or area only density is judged',
    ),
    capacityShares: Rungs(
      [
        [0.8, 'medium'],
        [0.9, 'high'],
        [1, 'critical'],
      ],
      'share of the instant capacity: yellow, orange, red',
    ),
    densities: Rungs(
      [
        [2, 'low'],
        [3.5, 'high'],
        [5, 'critical'],
      ],
      'persons per square metre: watch, stop the inflow, danger',
    ),
    densityStandard: Standard('crowd safety rule of thumb (domain.md §5.2)'),
    releaseShare: Type.Number({
      default: 0.05,
      minimum: 0,
      maximum: 0.9,
      description: 'hysteresis, as a part of the limit',
    }),
    persistence: Persistence(2, 3, 1_800),
  },
  section,
)
export type CrowdConfig = Static<typeof CrowdConfig>

export const SensingConfig = Type.Object(
  {
    enabled: Type.Boolean({ default: true }),
    repeatSeconds: Type.Number({
      default: 300,
      minimum: 1,
      description: 'a finding that goes on is told again so often',
    }),
    staleSeconds: Type.Number({
      default: 21_600,
      minimum: 60,
      description: 'a finding without any reading of its device for so long is ended',
    }),
    water: WaterConfig,
    waterLevel: WaterLevelConfig,
    crowd: CrowdConfig,
    gas: GasConfig,
    noise: NoiseConfig,
    odour: OdourConfig,
    faults: FaultsConfig,
  },
  section,
)
export type SensingConfig = Static<typeof SensingConfig>
