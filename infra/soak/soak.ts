// `npm run soak`: the whole system with many cameras for hours, one of which is killed every minute. Says how memory went and whether any
// other camera was slowed; exits with 1 if the app ended, a camera fell silent, or memory grew.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import {
  type AppProcess,
  startAppProcess,
  temporaryFolder,
  testAdminToken,
} from '../../services/app/testing/app-process.ts'
import { freePort } from '../../services/app/testing/free-port.ts'
import { makeClip } from '../../services/media/testing/make-clip.ts'
import { growth, metric, type Sample } from './figures.ts'

const help = `npm run soak [-- OPTIONS]   memory and frames over hours

  --minutes N    how long (default 120)
  --cameras N    cameras that live (default 16), each a file in a loop through the model \`street\`
  --fps N        pictures a second that are looked at for each (default 1)
  --most N       growth in MB an hour that still counts as flat (default 10)`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    minutes: { type: 'string', default: '120' },
    cameras: { type: 'string', default: '16' },
    fps: { type: 'string', default: '1' },
    most: { type: 'string', default: '10' },
  },
})
const sampleMs = 30_000
const deathMs = 60_000
/** caches fill, the just-in-time compiler settles: not looked at */
const warmUpShare = 0.2
const password = 'soak-camera-secret'

if (values.help) console.log(help)
else process.exit((await soak(Number(values.minutes), Number(values.cameras), Number(values.fps))) ? 0 : 1)

async function soak(minutes: number, count: number, fps: number): Promise<boolean> {
  const folder = await temporaryFolder('soak')
  const rtspPort = await freePort()
  const clip = path.join(folder.path, 'clip.mp4')
  await makeClip(clip, { seconds: 20, fps: 5, width: 640, height: 360 })
  const zone = { id: 'all', kind: 'no_parking', polygon: [[0, 0], [1, 0], [1, 1], [0, 1]], dwellSeconds: 30 } // biome-ignore format: a square
  const camera = (id: string, source: string) => ({
    id,
    name: id,
    source,
    loop: true,
    fps,
    models: ['street'],
    zones: [zone],
  })
  const living = Array.from({ length: count }, (_, index) => `soak-${index}`)
  const app = await startAppProcess({
    dataDir: folder.path,
    config: {
      rtsp: { port: rtspPort },
      devices: [{ id: 'mortal', kind: 'cctv', password }],
      cameras: [
        ...living.map((id) => camera(id, `file://${clip}`)),
        { ...camera('mortal', `rtsp://127.0.0.1:${rtspPort}/mortal`), loop: undefined },
      ],
    },
  })
  const death = dieAgainAndAgain(`rtsp://mortal:${password}@127.0.0.1:${rtspPort}/mortal`)
  let ended: number | null | undefined
  void app.exited.then((code) => (ended = code))
  const samples: Sample[] = []
  const begun = Date.now()
  while (Date.now() - begun < minutes * 60_000 && ended === undefined) {
    await Promise.race([sleep(sampleMs), app.exited])
    if (ended === undefined) samples.push(await look(app, (Date.now() - begun) / 3_600_000, living))
  }
  const deaths = death.stop()
  const early = ended
  const text = early === undefined ? await figures(app) : ''
  if (early === undefined) await app.end('SIGTERM')
  await folder.remove()
  return judge({ ended: early, samples, deaths, minutes, frames: living.map((id) => framesOf(text, id)) })
}

interface Outcome {
  readonly ended: number | null | undefined
  readonly samples: readonly Sample[]
  readonly deaths: number
  readonly minutes: number
  readonly frames: readonly number[]
}

function judge({ ended, samples, deaths, minutes, frames }: Outcome): boolean {
  if (ended !== undefined) {
    console.log(`the app ended with ${ended} after ${samples.length * (sampleMs / 1000)} s`)
    return false
  }
  const settled = samples.slice(Math.floor(samples.length * warmUpShare))
  const slope = growth(settled)
  const [least = 0, most = 0] = [Math.min(...frames), Math.max(...frames)]
  console.log(
    `${minutes} min, ${deaths} deaths of a camera: ${settled[0]?.residentMegabytes.toFixed(0)} → ${settled.at(-1)?.residentMegabytes.toFixed(0)} MB ` +
      `(${slope.toFixed(1)} MB an hour after the warm-up); the other cameras ${least} to ${most} frames each`,
  )
  return slope <= Number(values.most) && least >= 0.95 * most
}

async function look(app: AppProcess, hours: number, living: readonly string[]): Promise<Sample> {
  const text = await figures(app)
  const residentMegabytes = metric(text, 'qianliyan_process_resident_memory_bytes') / 2 ** 20
  const heap = metric(text, 'qianliyan_nodejs_heap_size_used_bytes') / 2 ** 20
  const frames = living.map((id) => framesOf(text, id))
  console.log(
    `${(hours * 60).toFixed(1).padStart(6)} min  ${residentMegabytes.toFixed(0)} MB resident, ${heap.toFixed(0)} MB heap, ${Math.min(...frames)}–${Math.max(...frames)} frames a camera`,
  )
  return { hours, residentMegabytes }
}

function framesOf(text: string, camera: string): number {
  return metric(text, 'qianliyan_media_frames_delivered_total', `camera="${camera}"`)
}

async function figures(app: AppProcess): Promise<string> {
  const answer = await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${testAdminToken}` } })
  return answer.text()
}

/** Publishes, is killed after a minute, comes back at once; `stop` tells how often. */
function dieAgainAndAgain(address: string): { stop(): number } {
  let deaths = 0
  let child: ChildProcess | undefined
  const abort = new AbortController()
  void (async () => {
    while (!abort.signal.aborted) {
      child = spawn(process.execPath, [path.join(import.meta.dirname, 'publisher.ts'), address], { stdio: 'ignore' })
      const gone = once(child, 'exit')
      await Promise.race([sleep(deathMs, undefined, { signal: abort.signal }).catch(() => {}), gone])
      child.kill('SIGKILL')
      await gone
      deaths++
    }
  })()
  return {
    stop() {
      abort.abort()
      return deaths
    },
  }
}
