// A vehicle stands at a place, or has gone from it: what a camera or a drone saw, now and then. The ledger keeps vehicles that stand for days.
import { type Static, Type } from 'typebox'
import { Appearance } from '../appearance.ts'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Evidence } from '../evidence.ts'
import { LonLat, PictureBox } from '../geometry.ts'
import { Identifier } from '../identifiers.ts'

export const VehicleSighted = Type.Object({
  phase: Type.Enum(['seen', 'gone']),
  cameraId: Type.String({ minLength: 1, maxLength: 64, description: 'the camera, or the drone, that saw it' }),
  by: Type.Enum(['cctv', 'drone']),
  vehicleId: Type.Optional(
    Type.String({ maxLength: 128, description: 'identity at its camera, over track ids and restarts' }),
  ),
  zoneId: Type.Optional(Identifier),
  label: Type.String({ maxLength: 64 }),
  box: Type.Optional(PictureBox),
  location: Type.Optional(LonLat),
  accuracyMetres: Type.Optional(Type.Number({ minimum: 0, maximum: 10_000 })),
  look: Type.Optional(
    Type.Array(Type.Number(), { maxItems: 512, description: 'colour histogram; compared by Hellinger distance' }),
  ),
  appearance: Type.Optional(Appearance),
  standsSince: Timestamp,
  at: Timestamp,
  reason: Type.Optional(
    Type.Enum(['left', 'absent'], { description: 'gone: seen driving off, or no longer seen at its place' }),
  ),
  evidence: Type.Array(Evidence, { maxItems: 4 }),
})
export type VehicleSighted = Static<typeof VehicleSighted>

export const vehicleSightedV1 = defineEvent({
  type: 'cn.qianliyan.vehicle.sighted.v1',
  summary: 'A standing vehicle was seen at its place, or is gone from it.',
  schema: VehicleSighted,
  example: {
    phase: 'seen',
    cameraId: 'hq-lane-07',
    by: 'cctv',
    vehicleId: 'kbynz14w-1',
    zoneId: 'bay-3',
    label: 'car',
    box: [0.31, 0.55, 0.52, 0.78],
    location: [120.5884, 31.3271],
    accuracyMetres: 20,
    standsSince: '2020-06-01T06:00:00.000Z',
    at: '2020-06-28T06:00:00.000Z',
    evidence: [],
  },
})
