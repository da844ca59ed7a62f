// From a blocked path to a finding. Its id follows from when it began, so a repeated publication is a known duplicate.
import { createEvent } from '../../contracts/cloud-event.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { type FindingChanged, findingChangedV1 } from '../../contracts/events/finding-changed-v1.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { PathEffect } from '../parking/blocked-path.ts'
import type { ParkingRules } from '../parking/parking-rules.ts'

/** The event of a blocked path; undefined for one that has only begun. `at` is the event time of the frame, ms. */
export function pathEvent(
  { type, zoneId, path }: PathEffect,
  camera: Pick<CameraConfig, 'id' | 'name' | 'location'>,
  at: number,
  { blockedPath }: Pick<ParkingRules, 'blockedPath'>,
  evidence: readonly Evidence[],
): Outgoing | undefined {
  const { findingId, count, box } = path
  if (type === 'begun' || findingId === undefined) return undefined
  const data: FindingChanged = {
    findingId,
    phase: type,
    kind: 'illegal_parking',
    cameraId: camera.id,
    ...(camera.location ? { location: camera.location } : {}),
    zoneId,
    subject: 'path',
    since: new Date(path.since).toISOString(),
    at: new Date(at).toISOString(),
    label: 'two_wheeler',
    box,
    measured: {
      name: 'blocking_vehicles',
      value: count,
      unit: '1',
      limit: blockedPath.vehicles,
      standard: blockedPath.standard,
    },
    summary:
      type === 'started'
        ? {
            zh: `${camera.name}（${zoneId}）${count} 辆非机动车堵塞通道`,
            en: `${count} two-wheelers block the path ${zoneId} at ${camera.name}`,
          }
        : { zh: `${camera.name}（${zoneId}）通道已畅通`, en: `The path ${zoneId} at ${camera.name} is free again` },
    evidence: [...evidence],
  }
  const origin = { source: `/vision/${camera.id}`, id: `${findingId}/${type}`, subject: findingId, time: at }
  return { topic: 'qly.detection.v1', event: createEvent(findingChangedV1, origin, data) }
}
