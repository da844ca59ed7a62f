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
export function zonesOf(camera: Pick<CameraConfig, 'kind' | 'zones'>): readonly ZoneConfig[] {
  if (camera.zones.length > 0) return camera.zones
  const kind = camera.kind === 'kitchen' ? 'kitchen' : camera.kind === 'river' ? 'river_surface' : 'watch'
  return [{ id: 'view', kind, ...wholeView }]
}
