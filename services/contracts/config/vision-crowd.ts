// Config of vision: crowds, flow and jams.
import { Type } from 'typebox'

const section = { additionalProperties: false, default: {} } as const
const Seconds = (value: number, description: string, minimum = 0) =>
  Type.Number({ default: value, minimum, maximum: 86_400, description })
const Share = (value: number, description: string) =>
  Type.Number({ default: value, minimum: 0, maximum: 1, description })

/** Persons in watch zones (levels: sensing.crowd), over lines, and vehicles on roads. Figures without a standard are local policy. */
export const Crowd = Type.Object(
  {
    smoothSeconds: Seconds(10, 'time constant of the smoothed count of a zone', 0.1),
    confirmSeconds: Seconds(10, 'a higher level must hold this long before it is told'),
    clearSeconds: Seconds(30, 'a lower level must hold this long before it is believed'),
    lineHysteresis: Share(0.1, 'beyond a line by this share of its own height, a bottom centre is on the other side'),
    congestion: Type.Object(
      {
        vehicles: Type.Integer({
          default: 4,
          minimum: 1,
          maximum: 1000,
          description: 'so many on a road zone at least',
        }),
        kilometresPerHour: Type.Number({
          default: 8,
          minimum: 0,
          maximum: 200,
          description: 'their mean speed below this: a jam; an estimate by their size in the picture',
        }),
        clearKilometresPerHour: Type.Number({
          default: 12,
          minimum: 0,
          maximum: 200,
          description: 'above: no jam any more',
        }),
        vehicleMetres: Type.Number({
          default: 3,
          minimum: 0.1,
          maximum: 30,
          description:
            'ground scale: what the square root of a vehicle box area is on the ground (a car of 4.5 × 1.8 m, seen askew)',
        }),
        speedSeconds: Seconds(2, 'a speed is measured over this time', 0.2),
        afterSeconds: Seconds(120, 'slow for this long: told (longer than a red light)'),
        clearSeconds: Seconds(60, 'fast or empty for this long: ended'),
        continueSeconds: Seconds(300, 'news of a jam that goes on, with its length', 1),
        standard: Type.String({ default: 'local practice (no limit of a standard)', maxLength: 128 }),
      },
      section,
    ),
  },
  section,
)
