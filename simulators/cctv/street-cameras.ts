// Several street cameras in a process of their own.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Simulator, SimulatorDeps } from '../simulator.ts'
import type { CameraNews, CameraOrders } from './camera-process.ts'
import type { StreetName } from './streets/all-streets.ts'

export interface StreetCamerasOptions {
  readonly cameras: readonly { readonly id: string; readonly street: StreetName; readonly password: string }[]
  /** rtsp://host:port; a function where the port is known only later */
  readonly rtspUrl: string | (() => string)
  readonly fps?: number
  readonly speed?: number
}

/** What the process is given to say goodbye before it is ended. */
const graceMs = 1500
const restartMs = 3000

export function createStreetCameras(deps: SimulatorDeps, options: StreetCamerasOptions): Simulator {
  const { cameras, rtspUrl, fps = 5, speed = 1 } = options
  const stopping = new AbortController()
  let child: ChildProcess | undefined

  const begin = () => {
    const base = typeof rtspUrl === 'string' ? rtspUrl : rtspUrl()
    const orders: CameraOrders = {
      fps,
      speed,
      cameras: cameras.map(({ id, street, password }) => ({ id, street, url: addressOf(base, id, password) })),
    }
    const started = fork(fileURLToPath(new URL('./camera-process.ts', import.meta.url)), { stdio: 'ignore' })
    child = started
    started.on('message', (news: CameraNews) => deps.logger[news.level](news.details, news.message))
    started.on('error', (error) =>
      deps.logger.warn({ reason: error.message }, 'the simulated street cameras cannot run'),
    )
    started.once('exit', (code, signal) => {
      if (stopping.signal.aborted) return
      deps.logger.warn({ code, signal }, 'the simulated street cameras have ended; starting them anew')
      deps.clock.sleep(restartMs, stopping.signal).then(begin, () => undefined)
    })
    // passwords go over the private channel, not into the argument list
    started.send(orders)
  }

  return {
    name: 'street cameras',
    async start(signal) {
      signal?.throwIfAborted()
      begin()
    },
    async stop() {
      stopping.abort()
      const ending = child
      child = undefined
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
      const gone = new Promise<void>((resolve) => ending.once('exit', () => resolve()))
      if (ending.connected) ending.disconnect()
      const patience = new AbortController()
      const late = deps.clock.sleep(graceMs, patience.signal).then(
        () => ending.kill('SIGKILL'),
        () => undefined,
      )
      await gone
      patience.abort()
      await late
    },
  }
}

/** rtsp://id:password@host:port/id */
export function addressOf(base: string, id: string, password: string): string {
  const url = new URL(base)
  url.username = encodeURIComponent(id)
  url.password = encodeURIComponent(password)
  url.pathname = `/${id}`
  return url.href
}
