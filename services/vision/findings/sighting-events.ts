// From sightings to events for the ledger. Ids follow from the vehicle and the time, so a repeated publication is a known duplicate.
import { createEvent } from '../../contracts/cloud-event.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { type VehicleSighted, vehicleSightedV1 } from '../../contracts/events/vehicle-sighted-v1.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { Sighting } from '../sightings/sightings.ts'

/** A camera's place stands for all that it sees: this far off, metres. */
const cameraAccuracyMetres = 40

export function sightingEvent(
  { phase, vehicle, reason }: Sighting,
  camera: Pick<CameraConfig, 'id' | 'kind' | 'location'>,
  at: number,
  evidence: readonly Evidence[],
): Outgoing {
  const [zoneId] = vehicle.zones.held
  const data: VehicleSighted = {
    phase,
    cameraId: camera.id,
    by: camera.kind === 'drone' ? 'drone' : 'cctv',
    vehicleId: vehicle.id,
    ...(zoneId === undefined ? {} : { zoneId }),
    label: vehicle.label,
    box: vehicle.anchor,
    ...(camera.location ? { location: camera.location, accuracyMetres: cameraAccuracyMetres } : {}),
    ...(vehicle.look ? { look: [...vehicle.look] } : {}),
    ...(vehicle.appearance ? { appearance: vehicle.appearance } : {}),
    standsSince: new Date(vehicle.standsAt).toISOString(),
    at: new Date(at).toISOString(),
    ...(reason === undefined ? {} : { reason }),
    evidence: [...evidence],
  }
  const id = `sighting/${vehicle.id}/${phase}/${at}`
  const origin = { source: `/vision/${camera.id}`, id, subject: vehicle.id, time: at }
  return { topic: 'qly.detection.v1', event: createEvent(vehicleSightedV1, origin, data) }
}
