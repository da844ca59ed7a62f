// temporary local file until simulators/city lands (not committed)
import type { Config } from '../contracts/config/config.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
export const demoConfig = (environment: NodeJS.ProcessEnv): Config => parseConfig('cameras: []', 'demo', environment)
export const withSimulatedCity = (config: Config): Config => config
export function createSimulatedCity(
  _deps: Kernel,
  _config: Config,
  _ports: { mqttPort: () => number | undefined; rtspPort: () => number | undefined },
): Service {
  return { name: 'simulators', level: 'source', start: async () => {}, stop: async () => {} }
}
