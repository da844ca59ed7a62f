// From `npm start` to ready and, with the simulated city, to its first alert; the memory of the whole system: idle, and for each camera more.
import { readFileSync } from 'node:fs'
import { type AppProcess, startAppProcess, temporaryFolder } from '../../../services/app/testing/app-process.ts'
import { firstAlert } from '../../../services/app/testing/first-alert.ts'
import { makeClip } from '../../../services/media/testing/make-clip.ts'
import type { Bench } from '../bench-port.ts'

const cameras = 4
const settleMs = 15_000

export const bench: Bench = {
  name: 'start and memory of the whole system',
  needs: [],
  async run(report) {
    const folder = await temporaryFolder('bench-start')
    const clip = `${folder.path}/clip.mp4`
    await makeClip(clip, { seconds: 10, fps: 10, width: 640, height: 360 })
    const camera = (id: string) => ({
      id,
      name: id,
      source: `file://${clip}`,
      loop: true,
      fps: 5,
      models: ['street'],
      zones: [],
    })
    await (await startAppProcess({ dataDir: folder.path })).end('SIGTERM')

    const idle = await startAppProcess({ dataDir: folder.path })
    report({ what: 'start to ready, data directory there', value: idle.startedInMs / 1000, unit: 's', target: 3 })
    await settle()
    const idleMemory = residentMegabytes(idle)
    report({ what: 'memory, idle', value: idleMemory, unit: 'MB' })
    await idle.end('SIGTERM')

    const ids = Array.from({ length: cameras }, (_, index) => `cam-${index}`)
    const busy = await startAppProcess({ dataDir: folder.path, config: { cameras: ids.map(camera) } })
    await settle()
    const perCamera = (residentMegabytes(busy) - idleMemory) / cameras
    report({ what: `memory a camera (640×360, 5 fps, ${cameras} cameras, one model)`, value: perCamera, unit: 'MB' })
    await busy.end('SIGTERM')

    const city = await startAppProcess({ dataDir: folder.path, config: { simulators: { enabled: true } } })
    const ready = performance.now()
    await firstAlert(city, 'illegal_parking', 120_000)
    const seconds = (performance.now() - ready) / 1000
    report({ what: 'simulated city: ready to first illegal parking alert', value: seconds, unit: 's', target: 60 })
    await city.end('SIGTERM')
    await folder.remove()
  },
}

const settle = () => new Promise((resolve) => setTimeout(resolve, settleMs))

/** Resident set of the process, from the kernel. */
function residentMegabytes({ pid }: AppProcess): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
