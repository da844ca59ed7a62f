// Config: how stopped vehicles are told apart by their looks.
import { Type } from 'typebox'

/** How a stopped vehicle looks to an embedding (models/vehicle_look): steadier in other light than colours, and tells cars of one colour apart. */
export const VehicleAppearance = Type.Object(
  {
    model: Type.String({
      default: 'vehicle_look',
      maxLength: 256,
      description: 'an embedding, folder name or path; empty, or not there: colour histograms decide alone',
    }),
    sameVehicle: Type.Number({
      default: 0.5,
      minimum: 0,
      maximum: 2,
      description: 'one minus the cosine of two vectors: nearer than this may be the same vehicle',
    }),
    refreshSeconds: Type.Number({
      default: 900,
      minimum: 1,
      maximum: 86_400,
      description: 'a standing vehicle is looked at again this often, as the light changes',
    }),
  },
  { additionalProperties: false, default: {} },
)
