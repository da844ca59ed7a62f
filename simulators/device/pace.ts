// Calls something at an even pace of scripted time, without drifting and without catching up after a pause.
import type { SimulatorDeps } from '../simulator.ts'

export interface Pace {
  stop(): Promise<void>
}

/** `tick` gets the scripted seconds since the start; `speed` scripted seconds pass in one real second; the first comes after `delay` scripted periods. */
export function createPace(
  deps: Pick<SimulatorDeps, 'clock'>,
  everySeconds: number,
  speed: number,
  delay: number,
  tick: (seconds: number) => void | Promise<void>,
): Pace {
  const stopping = new AbortController()
  const period = (everySeconds * 1000) / speed
  const run = async () => {
    const began = deps.clock.monotonic()
    let next = period * delay
    while (!stopping.signal.aborted) {
      const now = deps.clock.monotonic() - began
      if (next > now) await deps.clock.sleep(next - now, stopping.signal)
      await tick(((deps.clock.monotonic() - began) / 1000) * speed)
      next = Math.max(next + period, deps.clock.monotonic() - began)
    }
  }
  const running = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}
