// The street cameras of the city: where they hang, what they are called, which street script they play.
import type { CameraConfig } from '../../services/contracts/config/cameras.ts'
import type { LonLat } from '../../services/contracts/geometry.ts'
import { patchInPicture } from '../cctv/street-picture.ts'
import { type StreetName, streets } from '../cctv/streets/all-streets.ts'

export interface CityCamera {
  readonly id: string
  readonly name: string
  readonly location: LonLat
  readonly street: StreetName
}

/** Places of the seed (domain.md §8.4); coordinates are schematic. */
export const cityCameras: readonly CityCamera[] = [
  { id: 'hq-lane-07', name: '后宝元街北口', location: [120.5884, 31.3271], street: 'backLane' },
  { id: 'hq-gate-02', name: '虎丘路冠云花园小区门口', location: [120.5826, 31.3316], street: 'estateGate' },
  { id: 'hq-market-03', name: '新庄农贸市场', location: [120.5915, 31.3221], street: 'market' },
  { id: 'hq-shantang-04', name: '山塘街河畔消防通道', location: [120.5972, 31.3196], street: 'canalSide' },
]

/** Port 0: our own RTSP server, wherever it listens. */
export function streetCameraConfig({ id, name, location, street }: CityCamera): CameraConfig {
  const script = streets[street]
  return {
    id,
    name,
    kind: 'cctv',
    source: `rtsp://127.0.0.1:0/${id}`,
    loop: false,
    transport: 'tcp',
    location,
    fps: 5,
    models: ['street'],
    zones: script.zones.map(({ id: zone, kind, classes, dwellSeconds, x, y }) => ({
      id: zone,
      kind,
      classes: [...classes],
      dwellSeconds,
      hours: '00:00-24:00',
      polygon: patchInPicture(script, { x, y }),
    })),
  }
}
