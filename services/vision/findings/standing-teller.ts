// Tells, with pictures, what stands: vehicles for the ledger, paths that several block, crowds and jams.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { CameraFrame } from '../../contracts/frames.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { CrowdTelling } from '../crowd/camera-crowd.ts'
import { joined } from '../evidence/evidence-pictures.ts'
import type { PathEffect } from '../parking/blocked-path.ts'
import type { ParkingRules } from '../parking/parking-rules.ts'
import type { Sighting } from '../sightings/sightings.ts'
import type { VisionMetrics } from '../vision-metrics.ts'
import { pathEvent } from './path-events.ts'
import { sightingEvent } from './sighting-events.ts'

export interface StandingTellerDeps {
  /** Never rejects: without pictures the finding is told all the same. */
  takePictures(frame: CameraFrame, zoneIds: readonly string[], box: PictureBox): Promise<Evidence[]>
  /** the first pictures of a path, for when it is told */
  keepPathPictures(zoneId: string, pictures: readonly Evidence[]): void
  readonly metrics: Pick<VisionMetrics, 'findings'>
}

export function createStandingTeller(
  { takePictures, keepPathPictures, metrics }: StandingTellerDeps,
  camera: CameraConfig,
  rules: ParkingRules,
) {
  return {
    async crowds(frame: CameraFrame, tellings: readonly CrowdTelling[]): Promise<Outgoing[]> {
      const events: Outgoing[] = []
      for (const { zoneId, box, pictured, event } of tellings)
        events.push(event(pictured ? await takePictures(frame, [zoneId], box) : []))
      return events
    },

    async sightings(frame: CameraFrame, sightings: readonly Sighting[]): Promise<Outgoing[]> {
      const events: Outgoing[] = []
      for (const sighting of sightings) {
        const { phase, vehicle } = sighting
        const pictures = phase === 'seen' ? await takePictures(frame, vehicle.zones.held, vehicle.box) : []
        events.push(sightingEvent(sighting, camera, frame.capturedAt, pictures))
      }
      return events
    },

    /** Two pictures with their times: when so many first stood there, and when it is told. */
    async paths(frame: CameraFrame, effects: readonly PathEffect[]): Promise<Outgoing[]> {
      const events: Outgoing[] = []
      for (const effect of effects) {
        const { type, zoneId, path } = effect
        const pictures = type === 'ended' ? [] : await takePictures(frame, [zoneId], path.box)
        if (type === 'begun') keepPathPictures(zoneId, pictures)
        const event = pathEvent(effect, camera, frame.capturedAt, rules, joined(path.pictures, pictures))
        if (event) events.push(event)
        if (type !== 'begun') metrics.findings.inc({ kind: 'illegal_parking', phase: type })
      }
      return events
    },
  }
}
