// Clock and log for simulators that run on their own: in a process (main.ts) or in a worker thread.
import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatorClock, SimulatorLogger } from './simulator.ts'

export const realClock: SimulatorClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal ? { signal } : {}),
}

export type LogLine = (level: 'debug' | 'info' | 'warn', details: object, message: string) => void

export function createLineLogger(write: LogLine): SimulatorLogger {
  return {
    debug: (details, message) => write('debug', details, message),
    info: (details, message) => write('info', details, message),
    warn: (details, message) => write('warn', details, message),
  }
}
