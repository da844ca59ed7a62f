// Several street cameras in one worker thread.
import { Worker } from 'node:worker_threads'
import type { Simulator, SimulatorDeps } from '../simulator.ts'
import type { CameraWorkerData, CameraWorkerMessage } from './camera-worker.ts'
import type { StreetName } from './streets/all-streets.ts'

export interface StreetCamerasOptions {
  readonly cameras: readonly { readonly id: string; readonly street: StreetName; readonly password: string }[]
  /** rtsp://host:port; a function where the port is known only later */
  readonly rtspUrl: string | (() => string)
  readonly fps?: number
  readonly speed?: number
}

/** What a stopping thread is given before it is ended. */
const graceMs = 2000

export function createStreetCameras(deps: SimulatorDeps, options: StreetCamerasOptions): Simulator {
  const { cameras, rtspUrl, fps = 5, speed = 1 } = options
  let worker: Worker | undefined

  return {
    name: 'street cameras',
    async start(signal) {
      signal?.throwIfAborted()
      const base = typeof rtspUrl === 'string' ? rtspUrl : rtspUrl()
      const data: CameraWorkerData = {
        fps,
        speed,
        cameras: cameras.map(({ id, street, password }) => ({ id, street, url: addressOf(base, id, password) })),
      }
      worker = new Worker(new URL('./camera-worker.ts', import.meta.url), { workerData: data })
      worker.on('message', (message: CameraWorkerMessage) => {
        if (message.kind === 'log') deps.logger[message.level](message.details, message.message)
      })
      worker.on('error', (error) =>
        deps.logger.warn({ reason: error.message }, 'the simulated street cameras have failed'),
      )
    },
    async stop() {
      const stopping = worker
      worker = undefined
      if (!stopping) return
      const gone = new Promise<void>((resolve) => stopping.once('exit', () => resolve()))
      stopping.postMessage('stop')
      await Promise.race([gone, deps.clock.sleep(graceMs)])
      await stopping.terminate()
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
