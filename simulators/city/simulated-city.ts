// The simulated city as configuration: its cameras, with their zones, and its devices. Passwords are the caller's.
import type { CameraConfig, DeviceConfig } from '../../services/contracts/config/cameras.ts'
import { crowdCounters } from '../crowd/crowd-counters.ts'
import type { SensorScript } from '../device/sensor-script.ts'
import { huqiuFleet, huqiuPatrol } from '../drone/huqiu-patrol.ts'
import { gasDetectors } from '../gas/gas-detectors.ts'
import { noiseMeters } from '../noise/noise-meters.ts'
import { odourArrays } from '../odour/odour-arrays.ts'
import { riverStations } from '../river/river-stations.ts'
import { cityCameras, streetCameraConfig } from './street-cameras.ts'

export const kitchenCamera = {
  id: 'hq-kitchen-01',
  name: '山塘街明厨亮灶一号',
  location: [120.5989, 31.3186] as [number, number],
} as const

/** Every simple station of the city. */
export const cityStations: readonly SensorScript[] = [
  ...riverStations,
  ...noiseMeters,
  ...gasDetectors,
  ...crowdCounters.map(({ script }) => script),
  ...odourArrays.map(({ script }) => script),
]

/** Noise classes of GB 3096-2008: mixed quarter 2, arterial road 4a. */
const noiseClasses: Readonly<Record<string, '2' | '4a'>> = { 'noise-houbaoyuan-01': '2', 'noise-huqiu-road-01': '4a' }

/** Cameras and devices of the city, fit for `cameras` and `devices` of the configuration. */
export function simulatedCity(): { cameras: CameraConfig[]; devices: DeviceConfig[] } {
  const { id, name, location } = kitchenCamera
  const kitchen: CameraConfig = {
    id,
    name,
    kind: 'kitchen',
    source: `mqtt:qly/v1/kitchen/${id}/image`,
    loop: false,
    transport: 'tcp',
    location: [...location],
    fps: 1,
    models: [],
    zones: [],
  }
  return {
    cameras: [...cityCameras.map(streetCameraConfig), kitchen],
    devices: [
      ...cityCameras.map(
        (camera): DeviceConfig => ({ id: camera.id, kind: 'cctv', name: camera.name, location: camera.location }),
      ),
      { id, kind: 'kitchen', name, location: [...location] },
      { id: huqiuFleet.dock, kind: 'dock', name: '虎丘无人机机场', location: huqiuPatrol.home },
      { id: huqiuFleet.aircraft, kind: 'drone', name: '虎丘巡查无人机', gateway: huqiuFleet.dock },
      ...cityStations.map(
        (script): DeviceConfig => ({
          id: script.id,
          kind: script.kind as DeviceConfig['kind'],
          name: script.name,
          location: script.location,
          ...(noiseClasses[script.id] ? { noiseClass: noiseClasses[script.id] } : {}),
        }),
      ),
    ],
  }
}
