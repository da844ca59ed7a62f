// The scenario director: starts every simulator of the city against a broker and an RTSP server, and stops them.
import type { Config } from '../../services/contracts/config/config.ts'
import { createStreetCameras } from '../cctv/street-cameras.ts'
import { crowdCounters } from '../crowd/crowd-counters.ts'
import { createCrowdSource } from '../crowd/crowd-source.ts'
import type { MqttAddress } from '../device/mqtt-device.ts'
import { createSensorDevice } from '../device/sensor-device.ts'
import type { ReadingSource, SensorScript } from '../device/sensor-script.ts'
import { createDrone } from '../drone/drone.ts'
import { huqiuFleet, huqiuPatrol } from '../drone/huqiu-patrol.ts'
import { gasDetectors } from '../gas/gas-detectors.ts'
import { createKitchenCamera } from '../kitchen/kitchen-camera.ts'
import { shantangKitchen } from '../kitchen/shantang-kitchen.ts'
import { noiseMeters } from '../noise/noise-meters.ts'
import { odourArrays } from '../odour/odour-arrays.ts'
import { createOdourSource } from '../odour/odour-source.ts'
import { riverStations } from '../river/river-stations.ts'
import type { Simulator, SimulatorDeps } from '../simulator.ts'
import { kitchenCamera } from './simulated-city.ts'
import { cityCameras } from './street-cameras.ts'

export const cityParts = ['cctv', 'kitchen', 'drone', 'river', 'crowd', 'odour', 'noise', 'gas'] as const
export type CityPart = (typeof cityParts)[number]

export interface CityOptions {
  /** seed and speed */
  readonly config: Pick<Config, 'simulators'>
  /** mqtt://host:port; a function where the port is known only once the broker has started */
  readonly mqttUrl: string | (() => string)
  /** rtsp://host:port; likewise */
  readonly rtspUrl: string | (() => string)
  /** by device id; a device without password stays silent */
  readonly passwords: Readonly<Record<string, string>>
  /** default 5; brokers that only speak 3.1.1 need 4 */
  readonly mqttVersion?: 4 | 5
  /** default: all */
  readonly parts?: readonly CityPart[]
}

export function createCity(deps: SimulatorDeps, options: CityOptions): Simulator {
  const { seed, speed } = options.config.simulators
  const parts = new Set<CityPart>(options.parts ?? cityParts)
  const silent: string[] = []
  const mqtt = (id: string): MqttAddress | undefined => {
    const password = options.passwords[id]
    if (password === undefined) silent.push(id)
    return password === undefined ? undefined : { url: options.mqttUrl, password, version: options.mqttVersion ?? 5 }
  }
  const sensor = (part: CityPart, script: SensorScript, source?: (seed: number) => ReadingSource): Simulator[] => {
    const address = parts.has(part) ? mqtt(script.id) : undefined
    const own = script.seed ^ seed
    return address
      ? [
          createSensorDevice(deps, {
            script: { ...script, seed: own },
            mqtt: address,
            speed,
            ...(source ? { source: source(own) } : {}),
          }),
        ]
      : []
  }
  const create = (): Simulator[] => {
    const cameras = cityCameras.flatMap(({ id, street }) => {
      const password = options.passwords[id]
      if (password === undefined) silent.push(id)
      return password === undefined ? [] : [{ id, street, password }]
    })
    const dock = parts.has('drone') ? mqtt(huqiuFleet.dock) : undefined
    const kitchen = parts.has('kitchen') ? mqtt(kitchenCamera.id) : undefined
    return [
      ...riverStations.flatMap((script) => sensor('river', script)),
      ...noiseMeters.flatMap((script) => sensor('noise', script)),
      ...gasDetectors.flatMap((script) => sensor('gas', script)),
      ...crowdCounters.flatMap(({ script, crowd }) =>
        sensor('crowd', script, (own) => createCrowdSource({ ...crowd, seed: crowd.seed ^ own })),
      ),
      ...odourArrays.flatMap(({ script, odour }) =>
        sensor('odour', script, (own) => createOdourSource({ ...odour, seed: odour.seed ^ own })),
      ),
      ...(dock ? [createDrone(deps, { fleet: huqiuFleet, plan: huqiuPatrol, mqtt: dock, speed })] : []),
      ...(kitchen
        ? [createKitchenCamera(deps, { id: kitchenCamera.id, mqtt: kitchen, seed, cooks: shantangKitchen, speed })]
        : []),
      ...(parts.has('cctv') && cameras.length > 0
        ? [createStreetCameras(deps, { cameras, rtspUrl: options.rtspUrl, speed })]
        : []),
    ]
  }
  let running: Simulator[] = []

  return {
    name: 'city',
    async start(signal) {
      running = create()
      for (const simulator of running) {
        signal?.throwIfAborted()
        await simulator.start(signal)
      }
      deps.logger.info(
        { simulators: running.length, ...(silent.length > 0 ? { withoutPassword: silent } : {}) },
        'the simulated city is awake',
      )
    },
    async stop() {
      const stopping = running
      running = []
      await Promise.allSettled(stopping.map((simulator) => simulator.stop()))
    },
  }
}
