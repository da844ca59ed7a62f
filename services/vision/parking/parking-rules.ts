// The parking rules of one camera: its zones with dwell and hours, and the thresholds, from configuration. Times in ms.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { VisionConfig } from '../../contracts/config/vision.ts'
import type { PicturePolygon } from '../../contracts/geometry.ts'
import type { Box } from '../geometry/box.ts'
import { createZoneHours } from '../zones/zone-hours.ts'
import { classesOf, groupOf, isParkingZone, type ParkingZoneKind } from '../zones/zone-rules.ts'

export interface ParkingZone {
  readonly id: string
  readonly kind: ParkingZoneKind
  readonly polygon: PicturePolygon
  readonly classes: readonly string[]
  readonly dwellMs: number
  readonly standard: string
  /** a line of vehicles may wait here this long; 0: there is no queue here */
  readonly queueMs: number
  /** is it in its hours at this event time (ms since the epoch)? */
  active(at: number): boolean
}

export interface ParkingRules {
  readonly cameraId: string
  readonly zones: readonly ParkingZone[]
  readonly groups: ReadonlySet<string>
  /** parts of the frame that are looked at: their edges cut boxes off */
  readonly regions: readonly Box[]
  readonly inertiaFrames: number
  readonly stoppedMs: number
  readonly parkedMs: number
  readonly absentMs: number
  readonly hiddenMs: number
  readonly gapMs: number
  readonly moveShare: number
  readonly leaveShare: number
  readonly moveConfirmMs: number
  readonly seenShare: number
  readonly seenOverall: number
  readonly samePlaceIou: number
  readonly sameLook: number
  readonly sameAppearance: number
  readonly queueVehicles: number
  readonly queueOvertaken: number
  readonly continueMs: number
  /** so many on a pavement for so long block it */
  readonly blockedPath: {
    readonly vehicles: number
    readonly afterMs: number
    readonly clearMs: number
    readonly standard: string
  }
  /** a standing vehicle is told to the ledger this often */
  readonly sightingMs: number
}

/**
 * In fewer frames a violation is not to be relied on: with 60 of them a poor detector raised none in 720 generated scenes of traffic, with 30 in 2 to 4 of 100
 * (vehicles of one colour that stop at one place in turn look like one that stays).
 */
const enoughFrames = 60

/** Zones whose dwell is seen in too few frames, with the frames a second that it takes. */
export function zonesSeenTooRarely(
  camera: Pick<CameraConfig, 'zones' | 'fps'>,
  { parking }: Pick<VisionConfig, 'parking'>,
): { readonly zone: string; readonly dwellSeconds: number; readonly fpsNeeded: number }[] {
  return camera.zones.filter(isParkingZone).flatMap(({ id, kind, dwellSeconds: own }) => {
    if (kind === 'bay') return []
    const dwellSeconds = own ?? parking[kind].dwellSeconds
    if (dwellSeconds * camera.fps >= enoughFrames) return []
    return [{ zone: id, dwellSeconds, fpsNeeded: Math.ceil((10 * enoughFrames) / Math.max(1, dwellSeconds)) / 10 }]
  })
}

export function parkingRulesOf(
  camera: Pick<CameraConfig, 'id' | 'zones'>,
  config: Pick<VisionConfig, 'parking' | 'zoneInertiaFrames'>,
  timezone: string,
  regions: readonly Box[] = [[0, 0, 1, 1]],
): ParkingRules {
  const { parking } = config
  const zones = camera.zones.filter(isParkingZone).map((zone) => ({
    id: zone.id,
    kind: zone.kind,
    polygon: zone.polygon,
    classes: classesOf(zone) ?? [],
    // standing in a bay is no violation, however long: the ledger counts its days
    dwellMs: zone.kind === 'bay' ? Infinity : 1000 * (zone.dwellSeconds ?? parking[zone.kind].dwellSeconds),
    standard: zone.kind === 'bay' ? '' : parking[zone.kind].standard,
    queueMs: 1000 * (zone.queueSeconds ?? (zone.kind === 'pavement' ? 0 : parking.queueSeconds)),
    active: createZoneHours(zone.hours, timezone),
  }))
  return {
    cameraId: camera.id,
    zones,
    groups: new Set(zones.flatMap((zone) => zone.classes.map(groupOf))),
    regions,
    inertiaFrames: config.zoneInertiaFrames,
    stoppedMs: 1000 * parking.stoppedSeconds,
    parkedMs: 1000 * parking.parkedSeconds,
    absentMs: 1000 * parking.absentSeconds,
    hiddenMs: 1000 * parking.hiddenSeconds,
    gapMs: 1000 * parking.gapSeconds,
    moveShare: parking.moveShare,
    leaveShare: parking.leaveShare,
    moveConfirmMs: 1000 * parking.moveConfirmSeconds,
    seenShare: parking.seenShare,
    seenOverall: parking.seenOverall,
    samePlaceIou: parking.samePlaceIou,
    sameLook: parking.sameLook,
    sameAppearance: parking.appearance.sameVehicle,
    queueVehicles: parking.queueVehicles,
    queueOvertaken: parking.queueOvertaken,
    continueMs: 1000 * parking.continueSeconds,
    blockedPath: {
      vehicles: parking.blockedPath.vehicles,
      afterMs: 1000 * parking.blockedPath.seconds,
      clearMs: 1000 * parking.blockedPath.clearSeconds,
      standard: parking.blockedPath.standard,
    },
    sightingMs: 1000 * parking.sightingSeconds,
  }
}
