// Config of sensing: when a sensor counts as stuck, spiking, drifting or out of range (domain.md §3.2; checked on the real river sonde).
import { type Static, Type } from 'typebox'
import { MeasurementName } from '../events/reading-recorded-v1.ts'
import { gasArraySensors } from '../measurements.ts'
import { closed, Persistence, section } from './sensing-shared.ts'

const StuckRule = Type.Object(
  { samples: Type.Integer({ minimum: 3 }), seconds: Type.Number({ minimum: 1 }) },
  { ...closed, description: 'no change beyond the resolution over both' },
)
const DriftRule = Type.Object(
  {
    absolute: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'departure in the unit of the measurement' }),
    ),
    relative: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'departure as a part of the first day' })),
  },
  closed,
)

const hour = 3600
export const FaultsConfig = Type.Object(
  {
    stuck: Type.Record(MeasurementName, StuckRule, {
      default: {
        ph: { samples: 60, seconds: 24 * hour },
        conductivity: { samples: 60, seconds: 24 * hour },
        water_temperature: { samples: 60, seconds: 24 * hour },
        nitrate_nitrogen: { samples: 60, seconds: 24 * hour },
        dissolved_oxygen: { samples: 24, seconds: 600 },
        ammonia_nitrogen: { samples: 24, seconds: hour },
        turbidity: { samples: 36, seconds: 6 * hour },
        water_level: { samples: 60, seconds: 48 * hour },
        noise_la: { samples: 30, seconds: 120 },
        ...Object.fromEntries(gasArraySensors.map((name) => [name, { samples: 60, seconds: hour }])),
      },
      description: 'what stands still by nature (rain, an empty square, no gas) is not listed',
    }),
    outOfRange: Persistence(3, 5, 21_600),
    spike: Type.Object(
      {
        deviations: Type.Number({ default: 8, minimum: 2, description: 'of 1.4826 × median absolute deviation' }),
        resolutions: Type.Number({
          default: 10,
          minimum: 1,
          description: 'and at least so many steps of the instrument',
        }),
        except: Type.Array(MeasurementName, {
          default: ['person_count', 'flow_in', 'flow_out', 'rain_5min', 'noise_la', 'wind_speed', 'wind_direction'],
          description: 'counts, sounds and gusts jump by nature',
        }),
        faultCount: Type.Integer({
          default: 4,
          minimum: 2,
          maximum: 30,
          description: 'so many of the last 40 samples: faulty',
        }),
      },
      section,
    ),
    drift: Type.Record(MeasurementName, DriftRule, {
      default: {
        ph: { absolute: 0.3 },
        conductivity: { relative: 0.05 },
        chloride: { relative: 0.15 },
        dissolved_oxygen: { relative: 0.15 },
        ammonia_nitrogen: { relative: 0.3 },
        turbidity: { absolute: 20 },
      },
      description: 'slow, steady, one-way departure over driftDays',
    }),
    driftDays: Type.Integer({ default: 4, minimum: 3, maximum: 30 }),
  },
  section,
)
export type FaultsConfig = Static<typeof FaultsConfig>
