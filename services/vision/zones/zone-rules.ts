// What each kind of zone is for: which classes count there, and whether standing there is parking.
import type { ZoneConfig } from '../../contracts/config/cameras.ts'

export type ParkingZoneKind = 'no_parking' | 'fire_lane' | 'pavement' | 'bay'

export const motorClasses = ['car', 'large_vehicle'] as const
export const nonMotorClasses = ['two_wheeler'] as const

export function isParkingZone(zone: ZoneConfig): zone is ZoneConfig & { kind: ParkingZoneKind } {
  return zone.kind === 'no_parking' || zone.kind === 'fire_lane' || zone.kind === 'pavement' || zone.kind === 'bay'
}

/** Classes that count in a zone: those it names, else those of its kind; undefined: any. */
export function classesOf(zone: ZoneConfig): readonly string[] | undefined {
  if (zone.classes.length > 0) return zone.classes
  switch (zone.kind) {
    case 'no_parking':
    case 'fire_lane':
    case 'road':
      return motorClasses
    case 'pavement':
      return nonMotorClasses
    case 'bay':
      return [...motorClasses, ...nonMotorClasses]
    case 'watch':
    case 'river_surface':
    case 'kitchen':
      return undefined
  }
}

/** Classes that detectors mix up on one and the same thing share a group; tracks and identities are kept by group. */
export function groupOf(label: string): string {
  return label === 'car' || label === 'large_vehicle' ? 'motor' : label
}
