// "One bad camera never slows the others by more than 5 %": good cameras at 5 frames a second through media and vision, alone and beside one that
// hangs, floods, lies about its codec or sends 100-megapixel pictures. Quiet and bad phases alternate; medians of the phases are compared.
// How to misread it: the bad camera is a process on the same machine, so the cost of its sending is in the figures too.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { Config } from '../../../services/contracts/config/config.ts'
import type { CameraEyes } from '../../../services/contracts/frames.ts'
import { startTestKernel } from '../../../services/kernel/testing/test-kernel.ts'
import { createMediaService } from '../../../services/media/media-service.ts'
import { createVisionService } from '../../../services/vision/vision-service.ts'
import type { Bench } from '../bench-port.ts'

const goodCameras = 6
const phaseMs = Number(process.env.QLY_BENCH_PHASE_MS ?? 5000)
const rounds = Number(process.env.QLY_BENCH_ROUNDS ?? 2)
const street = join(import.meta.dirname, '../../../models/street')
const testing = join(import.meta.dirname, '../../../services/media/testing')

export const bench: Bench = {
  name: 'eyes: one bad camera beside good ones',
  needs: [],
  async run(report) {
    // good and bad ones in processes of their own: what floods there must not hold up what is good
    const farms = [startFarm(), startFarm()]
    const [good, ports] = (await Promise.all(farms.map(portsOf))) as [Ports, Ports]
    const rig = await startGoodCameras(good.rtsp)
    try {
      await rig.measure(4000)
      const rtsp = (sort: string) => `rtsp://127.0.0.1:${ports.rtsp}/${sort}`
      const sorts: Record<string, string> = {
        hangs: rtsp('hangs'),
        'floods with good pictures': rtsp('floods'),
        'floods with empty packets': rtsp('drizzles'),
        'floods with JPEGs': `http://127.0.0.1:${ports.http}/floods`,
        'floods, pushed to our server': 'rtsp://127.0.0.1:0/bad',
        'lies about its codec': rtsp('lies'),
        'sends 100-megapixel pictures': `http://127.0.0.1:${ports.http}/huge`,
      }
      for (const [sort, source] of Object.entries(sorts)) {
        const quiet: Phase[] = []
        const bad: Phase[] = []
        for (let round = 0; round < rounds; round++) {
          quiet.push(await rig.measure(phaseMs))
          const stop = await startBadCamera(source)
          // what it had saved up is spent by then
          await rig.measure(2500)
          bad.push(await rig.measure(phaseMs))
          await stop()
          quiet.push(await rig.measure(phaseMs))
        }
        const compared = (of: (phases: readonly Phase[]) => number) => ({ with: of(bad), without: of(quiet) })
        const rate = compared((phases) => median(phases.map((phase) => phase.rate)))
        const late = compared((phases) => median(phases.flatMap(({ latencies }) => latencies)))
        const cores = compared((phases) => median(phases.map((phase) => phase.cores)))
        const against = 'without it'
        report({
          what: `beside one that ${sort}`,
          value: rate.with,
          unit: 'frames/s',
          against,
          ratio: rate.with / rate.without,
          target: 0.95,
        })
        report({
          what: '  from arrival to detections, median',
          value: late.with,
          unit: 'ms',
          against: `without it (${late.without} ms)`,
          ratio: late.with / late.without,
          target: 1.05,
        })
        report({ what: '  what the bad one costs this process', value: cores.with - cores.without, unit: 'cores' })
      }
    } finally {
      await rig.stop()
      for (const farm of farms) farm.kill()
    }
  },
}

interface Phase {
  readonly rate: number
  readonly latencies: readonly number[]
  /** of this process, cores */
  readonly cores: number
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

interface Ports {
  readonly rtsp: number
  readonly http: number
}

const startFarm = () =>
  spawn(process.execPath, [join(testing, 'pretend-camera.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
const portsOf = async (farm: ChildProcess) => JSON.parse(await firstLine(farm)) as Ports

async function firstLine(child: ChildProcess): Promise<string> {
  const [bytes] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  return bytes.toString().split('\n')[0] ?? ''
}

const never = new AbortController().signal
let seen: { at: number; late: number }[] = []
let visionEyes: CameraEyes

async function startGoodCameras(port: number) {
  const kernel = await startTestKernel()
  const config = Value.Default(Config, {
    rtsp: { port: 0 },
    vision: { inferenceWorkers: 1 },
    cameras: Array.from({ length: goodCameras }, (_, index) => ({
      id: `good-${index}`,
      name: 'good',
      source: `rtsp://127.0.0.1:${port}/good-${index}`,
      models: [street],
    })),
  }) as Config
  const vision = createVisionService(kernel, config)
  await vision.start(never)
  visionEyes = vision.eyes
  const media = createMediaService(kernel, config, {
    ...vision.eyes,
    async see(frame, ready) {
      await vision.eyes.see(frame, ready)
      seen.push({ at: performance.now(), late: Date.now() - frame.capturedAt })
    },
  })
  await media.start(never)
  return {
    async measure(milliseconds: number): Promise<Phase> {
      seen = []
      const before = process.cpuUsage()
      await new Promise((resolve) => setTimeout(resolve, milliseconds))
      const { user, system } = process.cpuUsage(before)
      const cores = (user + system) / 1000 / milliseconds
      return { cores, rate: (seen.length * 1000) / milliseconds, latencies: seen.map(({ late }) => late) }
    },
    async stop() {
      await media.stop()
      await vision.stop()
      await kernel.stop()
    },
  }
}

/** In the same process and through the same vision, with a bus of its own, so that it can come and go. */
async function startBadCamera(source: string): Promise<() => Promise<void>> {
  const kernel = await startTestKernel()
  const config = Value.Default(Config, {
    rtsp: { port: 0 },
    devices: [{ id: 'bad', kind: 'cctv', password: 'bad password' }],
    cameras: [{ id: 'bad', name: 'bad', source, models: [street] }],
    media: process.env.QLY_BENCH_UNLIMITED
      ? { limits: { megabitsPerSecond: 1e6, packetsPerSecond: 1e9, megapixelsPerSecond: 1e6, picturesPerSecond: 1e6 } }
      : {},
  }) as Config
  const media = createMediaService(kernel, config, visionEyes)
  await media.start(never)
  const pushed = source.includes(':0/')
    ? spawn(
        process.execPath,
        [join(testing, 'push-flood.ts'), `rtsp://bad:bad%20password@127.0.0.1:${media.rtspPort}/bad`],
        {
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      )
    : undefined
  if (pushed) await firstLine(pushed)
  return async () => {
    pushed?.kill()
    await media.stop()
    await kernel.stop()
  }
}
