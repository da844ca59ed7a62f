// From a decoded frame to the alert on the event stream: the frame on which a parked car's dwell runs out is handed to vision, and the clock
// stops when the alert arrives at a client of GET /api/v1/events. In between: inference, tracking, the dwell machine, two pictures, three topics, HTTP.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAlertsService } from '../../../services/alerts/alerts-service.ts'
import { createApiService } from '../../../services/api/api-service.ts'
import { openStream } from '../../../services/api/testing/event-stream.ts'
import type { CameraConfig } from '../../../services/contracts/config/cameras.ts'
import { parseConfig } from '../../../services/kernel/config/load-config.ts'
import { startTestKernel } from '../../../services/kernel/testing/test-kernel.ts'
import { clipFrames, sharedClip } from '../../../services/vision/testing/clip-frames.ts'
import { makePublicYolox } from '../../../services/vision/testing/public-yolox.ts'
import { createVisionService } from '../../../services/vision/vision-service.ts'
import type { Bench, BenchReport } from '../bench-port.ts'
import { createAlertTrace, type Moment, moments, type Way } from './alert-trace.ts'

/** violations one after the other, so many cameras at once: enough for a p99 that is not the slowest */
const rounds = 50
const camerasAtOnce = 4
const framesPerSecond = 5
/** between the beginnings of two cameras: violations of a street fall where they fall, seldom four into the same tenth of a second */
const apartMs = 650
const clip = 'park_comes_and_parks_street_33s.mp4'
const adminToken = 'bench-admin-token-0123456789'

export const bench: Bench = {
  name: 'frame to alert',
  needs: ['shared'],
  async run(report) {
    const models = mkdtempSync(path.join(os.tmpdir(), 'qly-bench-models-'))
    const engines = await startTestKernel()
    const trace = createAlertTrace(engines)
    const { kernel, openLane } = trace
    const config = parseConfig(`cameras: []\nhttp: { port: 0, adminToken: ${adminToken} }\n${settings}`, 'bench')
    const vision = createVisionService({ ...kernel, openLane }, config)
    const alerts = createAlertsService(kernel, config)
    const api = createApiService(kernel, config, { check: async () => {} })
    const { signal } = new AbortController()
    for (const service of [vision, alerts, api]) await service.start(signal)
    const address = `http://127.0.0.1:${api.port}/api/v1/events?topics=alert,detection`
    const stream = await openStream(address, adminToken)
    const alarms = listen(stream)
    const model = makePublicYolox(models)

    /** One camera until its alert is at the client, in real time; answers with the way of the frame that began it. */
    const watch = async (id: string, eventTime: number, beginAt: number): Promise<Way> => {
      const plan = await vision.eyes.open(cameraOf(id, model))
      const alarm = alarms.of(id)
      let number = 0
      for await (const frame of clipFrames(plan, { file: sharedClip(clip), from: 19, startAt: eventTime })) {
        await sleep(Math.max(0, beginAt + (1000 / framesPerSecond) * number++ - performance.now()))
        await vision.eyes.see(trace.follow(frame))
        if (alarm.isHere() || frame.capturedAt - eventTime > 12_000) break
      }
      const { violationAt, arrived } = await alarm.arrival
      await vision.eyes.close(id)
      return { ...trace.wayOf(violationAt), arrived }
    }

    const ways: Way[] = []
    for (let round = 0; round < rounds; round++) {
      const beginAt = performance.now() + 500
      const watched = Array.from({ length: camerasAtOnce }, (_, index) => {
        const number = round * camerasAtOnce + index
        const shift = index * apartMs
        return watch(`lane-${number}`, Date.now() + number * 60_000, beginAt + shift)
      })
      ways.push(...(await Promise.all(watched)))
    }
    tell(ways, report)
    stream.close()
    for (const service of [api, alerts, vision]) await service.stop()
    await engines.stop()
    rmSync(models, { recursive: true, force: true })
  },
}

/** a vehicle that stands for a second has stopped (usually 3), so that more violations fit into the time */
const settings = 'vision: { parking: { stoppedSeconds: 1 } }'

function tell(ways: readonly Way[], report: BenchReport): void {
  const whole = sorted(ways.map((way) => between(way, 'handed', 'arrived')))
  const row = (name: string, share: number, target?: number) => {
    const what = `frame handed over → alert at the client, ${name} of ${whole.length}`
    report({ what, value: quantile(whole, share), unit: 'ms', ...(target === undefined ? {} : { target }) })
  }
  row('p50', 0.5)
  row('p95', 0.95)
  row('p99', 0.99, 150)
  row('slowest', 1)
  for (const [index, [moment, what]] of moments.entries()) {
    const before = moments[index - 1]?.[0]
    if (before === undefined) continue
    const times = sorted(ways.map((way) => between(way, before, moment)))
    report({ what: `  ${what}, p50`, value: quantile(times, 0.5), unit: 'ms' })
    report({ what: `  ${what}, slowest`, value: quantile(times, 1), unit: 'ms' })
  }
}

const between = (way: Way, from: Moment, to: Moment) => (way[to] ?? Number.NaN) - (way[from] ?? Number.NaN)
const sorted = (times: readonly number[]) => [...times].sort((a, b) => a - b)
/** nearest rank */
const quantile = (times: readonly number[], share: number) =>
  times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? Number.NaN

/** the two kerb places in the middle of the clip; the black car stands there from its first frame */
const polygon: [number, number][] = [
  [0.57, 0.27],
  [1, 0.27],
  [1, 0.58],
  [0.57, 0.58],
]

const cameraOf = (id: string, model: string): CameraConfig => ({
  id,
  name: id,
  kind: 'cctv',
  source: 'file:///clip.mp4',
  loop: false,
  transport: 'tcp',
  fps: 5,
  models: [model],
  zones: [{ id: 'kerb', kind: 'no_parking', polygon, classes: [], dwellSeconds: 2, hours: '00:00-24:00' }],
})

/** Reads the stream for all cameras: when the violation of each was seen (event time), and when its alert was here. */
function listen(stream: Awaited<ReturnType<typeof openStream>>) {
  const begun = new Map<string, number>()
  const waiting = new Map<string, (arrival: { violationAt: number; arrived: number }) => void>()
  const read = async () => {
    for (;;) {
      const { event, data } = await stream.next(60_000)
      const arrived = performance.now()
      if (event === 'detection' && data.data.phase === 'started' && !begun.has(data.data.cameraId))
        begun.set(data.data.cameraId, Date.parse(data.data.at))
      if (event !== 'alert' || data.data.step.action !== 'opened') continue
      const id = data.data.alert.source.camera
      waiting.get(id)?.({ violationAt: begun.get(id) ?? Number.NaN, arrived })
    }
  }
  // ends with the stream; an alert that does not come is missed by who waits for it
  read().catch(() => {})
  return {
    of(cameraId: string) {
      let here = false
      const arrival = new Promise<{ violationAt: number; arrived: number }>((resolve, reject) => {
        setTimeout(() => reject(new Error(`no alert of ${cameraId} in a minute`)), 60_000).unref()
        waiting.set(cameraId, (value) => {
          here = true
          resolve(value)
        })
      })
      return { arrival, isHere: () => here }
    },
  }
}
