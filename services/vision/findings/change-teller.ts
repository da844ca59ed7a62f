// Tells, with pictures, what the dwell machine and the presence machine found in a frame.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { CameraFrame } from '../../contracts/frames.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import { joined } from '../evidence/evidence-pictures.ts'
import type { ParkingEffect } from '../parking/parking-machine.ts'
import type { PresenceEffect } from '../presence/presence-machine.ts'
import type { VisionMetrics } from '../vision-metrics.ts'
import { parkingEvent, presenceEvent } from './finding-events.ts'
import type { StandingTellerDeps } from './standing-teller.ts'

export interface ChangeTellerDeps extends Pick<StandingTellerDeps, 'takePictures'> {
  /** the first pictures of a vehicle that is parked, for when its violation is told */
  keepPictures(vehicleId: string, pictures: readonly Evidence[]): void
  readonly metrics: Pick<VisionMetrics, 'findings'>
}

export function createChangeTeller({ takePictures, keepPictures, metrics }: ChangeTellerDeps, camera: CameraConfig) {
  return {
    /** Pictures first, then the event that names them; one after the other, as each takes the memory of some whole frames. */
    async changes(
      frame: CameraFrame,
      parkingEffects: readonly ParkingEffect[],
      presenceEffects: readonly PresenceEffect[],
    ): Promise<Outgoing[]> {
      const events: Outgoing[] = []
      const at = frame.capturedAt
      const picturesOf = new Map<string, readonly Evidence[]>()
      for (const effect of parkingEffects) {
        const { vehicle } = effect
        const zoneIds = effect.type === 'started' ? [effect.zone.id] : Object.keys(vehicle.clocks)
        let pictures: readonly Evidence[] = []
        if (effect.type === 'parked' || effect.type === 'started') {
          pictures = picturesOf.get(vehicle.id) ?? (await takePictures(frame, zoneIds, vehicle.box))
          picturesOf.set(vehicle.id, pictures)
        }
        if (effect.type === 'parked') keepPictures(vehicle.id, pictures)
        const told = effect.type === 'started' ? joined(vehicle.pictures, pictures) : []
        const event = parkingEvent(effect, camera, at, told)
        if (event) events.push(event)
        if (effect.type !== 'parked') metrics.findings.inc({ kind: 'illegal_parking', phase: effect.type })
      }
      for (const effect of presenceEffects) {
        const { finding, type } = effect
        const pictures = type !== 'ended' ? await takePictures(frame, [finding.zoneId], finding.box) : []
        events.push(presenceEvent(effect, camera, at, pictures))
        metrics.findings.inc({ kind: finding.kind, phase: type })
      }
      return events
    },
  }
}
