// What simulators are given in tests: real time, no log.
import type { SimulatorDeps } from '../simulator.ts'
import { createLineLogger, realClock } from '../standalone.ts'

export const quiet: SimulatorDeps = { clock: realClock, logger: createLineLogger(() => {}) }
