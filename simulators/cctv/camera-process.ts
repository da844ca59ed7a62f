// The process in which street cameras draw and encode: it holds up nothing else, and a fault in the encoder ends only itself.
// Told what to do by its parent (street-cameras.ts); it ends with it.
import { createLineLogger, realClock } from '../standalone.ts'
import { createStreetCamera } from './street-camera.ts'
import { type StreetName, streets } from './streets/all-streets.ts'

export interface CameraOrders {
  readonly fps: number
  readonly speed: number
  readonly cameras: readonly { readonly id: string; readonly street: StreetName; readonly url: string }[]
}

export interface CameraNews {
  readonly level: 'debug' | 'info' | 'warn'
  readonly details: object
  readonly message: string
}

const logger = createLineLogger((level, details, message) => {
  if (process.connected) process.send?.({ level, details, message } satisfies CameraNews)
})
let running: { stop(): Promise<void> }[] = []

process.on('message', async (orders: CameraOrders) => {
  const { cameras, fps, speed } = orders
  const created = cameras.map(({ id, street, url }) =>
    createStreetCamera({ clock: realClock, logger }, { id, script: streets[street], url, fps, speed }),
  )
  running = created
  for (const camera of created) await camera.start()
})
process.once('disconnect', async () => {
  await Promise.all(running.map((camera) => camera.stop()))
  process.exit(0)
})
// Ctrl-C reaches the whole group; the parent decides when this ends
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
