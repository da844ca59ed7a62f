// Config of sensing: river water, its class and its level (domain.md §3.1 and §3.3).
import { type Static, Type } from 'typebox'
import { MeasurementName } from '../events/reading-recorded-v1.ts'
import { By, closed, Persistence, Rungs, Standard, section } from './sensing-shared.ts'

const WaterClass = Type.Enum(['I', 'II', 'III', 'IV', 'V'])
export type WaterClass = Static<typeof WaterClass>

const WaterItem = Type.Object(
  {
    limits: Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number(), Type.Number()], {
      description: 'of classes I to V, in the unit of the measurement',
    }),
    atLeast: Type.Boolean({ default: false, description: 'the value must not be below (dissolved oxygen)' }),
  },
  closed,
)
export type WaterItem = Static<typeof WaterItem>

const at = (...limits: [number, number, number, number, number]): WaterItem => ({ limits, atLeast: false })

export const WaterConfig = Type.Object(
  {
    standard: Standard('GB 3838-2002'),
    items: Type.Record(MeasurementName, WaterItem, {
      default: {
        dissolved_oxygen: { limits: [7.5, 6, 5, 3, 2], atLeast: true },
        permanganate_index: at(2, 4, 6, 10, 15),
        cod: at(15, 15, 20, 30, 40),
        bod5: at(3, 3, 4, 6, 10),
        ammonia_nitrogen: at(0.15, 0.5, 1.0, 1.5, 2.0),
        total_phosphorus: at(0.02, 0.1, 0.2, 0.3, 0.4),
        petroleum: at(0.05, 0.05, 0.05, 0.5, 1.0),
        sulphide: at(0.05, 0.1, 0.2, 0.5, 1.0),
      },
      description: 'single-factor items; rivers leave out total nitrogen and coliforms',
    }),
    ph: Type.Object({ from: Type.Number({ default: 6 }), to: Type.Number({ default: 9 }) }, section),
    targetClass: Type.Enum(['I', 'II', 'III', 'IV', 'V'], {
      default: 'III',
      description: 'worse than this is a finding',
    }),
    stations: By(Type.Object({ targetClass: WaterClass }, closed), 'targets of single stations, by device id'),
    severities: Rungs(
      [
        [0, 'low'],
        [1, 'medium'],
        [2, 'high'],
      ],
      'by how many classes the water is worse than its target',
    ),
    releaseClasses: Type.Number({
      default: 0.1,
      minimum: 0,
      maximum: 1,
      description: 'hysteresis, as a part of the width of a class',
    }),
    itemMaximumAgeSeconds: Type.Number({
      default: 21_600,
      minimum: 60,
      description: 'an item not measured for so long is left out',
    }),
    persistence: Persistence(3, 5, 86_400),
  },
  section,
)

export const WaterLevelConfig = Type.Object(
  {
    standard: Standard('SL 250 warning and guarantee level, Wusong datum'),
    warningMetres: Type.Number({ default: 3.8 }),
    guaranteeMetres: Type.Number({ default: 4.2 }),
    aboveGuarantee: Rungs([[0.3, 'critical']], 'metres above the guarantee level'),
    releaseMetres: Type.Number({ default: 0.03, minimum: 0, maximum: 5, description: 'hysteresis' }),
    stations: By(
      Type.Object({ warningMetres: Type.Number(), guaranteeMetres: Type.Number() }, closed),
      'levels of single stations, by device id',
    ),
    persistence: Persistence(3, 5, 21_600),
  },
  section,
)
export type WaterConfig = Static<typeof WaterConfig>
export type WaterLevelConfig = Static<typeof WaterLevelConfig>
