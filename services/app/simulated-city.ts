// `npm start` without a file: the simulated city of Huqiu as configuration, with passwords made anew at every start, and its simulators as a service.
import { randomBytes } from 'node:crypto'
import { createCity } from '../../simulators/city/city.ts'
import { simulatedCity } from '../../simulators/city/simulated-city.ts'
import type { Config } from '../contracts/config/config.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'

/** The configuration of the demonstration; the environment goes over it as over a file. */
export const demoConfig = (environment: NodeJS.ProcessEnv): Config =>
  parseConfig('cameras: []\nsimulators: { enabled: true }', 'the simulated city', environment)

/** Adds the city's cameras and devices. A device that the file names already keeps its own settings. */
export function withSimulatedCity(config: Config): Config {
  const { cameras, devices } = simulatedCity()
  const taken = new Set([...config.cameras, ...config.devices].map(({ id }) => id))
  const fresh = <Item extends { id: string }>(items: readonly Item[]) => items.filter(({ id }) => !taken.has(id))
  const made = fresh(devices).map((device) => ({ ...device, password: randomBytes(18).toString('base64url') }))
  return { ...config, cameras: [...config.cameras, ...fresh(cameras)], devices: [...config.devices, ...made] }
}

export interface CityPorts {
  /** known once the broker and the RTSP server have started */
  readonly mqttPort: () => number | undefined
  readonly rtspPort: () => number | undefined
}

/** The city's simulators. They speak the real protocols to our own ports, with the credentials of the configuration. */
export function createSimulatedCity(deps: Pick<Kernel, 'clock' | 'logger'>, config: Config, ports: CityPorts): Service {
  const passwords = Object.fromEntries(config.devices.flatMap(({ id, password }) => (password ? [[id, password]] : [])))
  const host = config.bind === '0.0.0.0' || config.bind === '::' ? '127.0.0.1' : config.bind
  const city = createCity(deps, {
    config,
    passwords,
    mqttUrl: () => config.mqtt.url ?? `mqtt://${host}:${ports.mqttPort() ?? config.mqtt.port}`,
    rtspUrl: () => `rtsp://${host}:${ports.rtspPort() ?? config.rtsp.port}`,
  })
  return {
    name: 'simulators',
    level: 'source',
    start: (signal) => city.start(signal),
    stop: () => city.stop(),
  }
}
