// The thread in which street cameras draw and encode, so that they hold up nothing else in the process.
import { parentPort, workerData } from 'node:worker_threads'
import { createLineLogger, realClock } from '../standalone.ts'
import { createStreetCamera } from './street-camera.ts'
import { type StreetName, streets } from './streets/all-streets.ts'

export interface CameraJob {
  readonly id: string
  readonly street: StreetName
  readonly url: string
}

export interface CameraWorkerData {
  readonly cameras: readonly CameraJob[]
  readonly fps: number
  readonly speed: number
}

export type CameraWorkerMessage =
  | {
      readonly kind: 'log'
      readonly level: 'debug' | 'info' | 'warn'
      readonly details: object
      readonly message: string
    }
  | { readonly kind: 'stopped' }

const { cameras, fps, speed } = workerData as CameraWorkerData
const tell = (message: CameraWorkerMessage) => parentPort?.postMessage(message)
const logger = createLineLogger((level, details, message) => tell({ kind: 'log', level, details, message }))
const running = cameras.map(({ id, street, url }) =>
  createStreetCamera({ clock: realClock, logger }, { id, script: streets[street], url, fps, speed }),
)

parentPort?.once('message', async () => {
  await Promise.all(running.map((camera) => camera.stop()))
  tell({ kind: 'stopped' })
  parentPort?.close()
})
for (const camera of running) await camera.start()
