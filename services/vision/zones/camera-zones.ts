// The zones of a camera; one without any is looked at whole, as its kind suggests.
import type { CameraConfig, ZoneConfig } from '../../contracts/config/cameras.ts'

const wholeView = {
  polygon: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as [number, number][],
  classes: [],
  hours: '00:00-24:00',
}

/** Its own zones, or one zone `view` over the whole frame: kitchen and river cameras by their kind, others to watch. */
export function zonesOf(camera: Pick<CameraConfig, 'kind' | 'zones' | 'openingHours'>): readonly ZoneConfig[] {
  if (camera.zones.length > 0) return camera.zones.map((zone) => inOpeningHours(zone, camera.openingHours))
  const kind = camera.kind === 'kitchen' ? 'kitchen' : camera.kind === 'river' ? 'river_surface' : 'watch'
  return [inOpeningHours({ id: 'view', kind, ...wholeView }, camera.openingHours)]
}

/** A kitchen is watched while the shop is open, unless its zone says otherwise. */
const inOpeningHours = (zone: ZoneConfig, hours: string | undefined): ZoneConfig =>
  hours !== undefined && zone.kind === 'kitchen' && zone.hours === wholeView.hours ? { ...zone, hours } : zone
