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
import type { Bench } from '../bench-port.ts'

const cameras = 40
/** frames come as those of four cameras at 5 a second would */
const frameMs = 50
const clip = 'park_comes_and_parks_street_33s.mp4'
const adminToken = 'bench-admin-token-0123456789'

export const bench: Bench = {
  name: 'frame to alert',
  needs: ['shared'],
  async run(report) {
    const models = mkdtempSync(path.join(os.tmpdir(), 'qly-bench-models-'))
    const kernel = await startTestKernel()
    const config = parseConfig(`cameras: []\nhttp: { port: 0, adminToken: ${adminToken} }`, 'bench')
    const vision = createVisionService(kernel, config)
    const alerts = createAlertsService(kernel, config)
    const api = createApiService(kernel, config, { check: async () => {} })
    const { signal } = new AbortController()
    for (const service of [vision, alerts, api]) await service.start(signal)
    const address = `http://127.0.0.1:${api.port}/api/v1/events?topics=alert,detection`
    const stream = await openStream(address, adminToken)
    const model = makePublicYolox(models)
    const latencies: number[] = []
    for (let index = 0; index < cameras; index++) {
      const camera = cameraOf(`lane-${index}`, model)
      const told = { done: false, alert: firstAlert(stream, camera.id) }
      void told.alert.finally(() => {
        told.done = true
      })
      const handedAt = new Map<number, number>()
      const plan = await vision.eyes.open(camera)
      const startAt = Date.now() + index * 60_000
      for await (const frame of clipFrames(plan, { file: sharedClip(clip), from: 19, startAt })) {
        const begun = performance.now()
        handedAt.set(frame.capturedAt, begun)
        await vision.eyes.see(frame)
        await sleep(Math.max(0, frameMs - (performance.now() - begun)))
        if (told.done || frame.capturedAt - startAt > 12_000) break
      }
      const { violationAt, arrivedAt } = await told.alert
      latencies.push(arrivedAt - (handedAt.get(violationAt) ?? Number.NaN))
      await vision.eyes.close(camera.id)
    }
    latencies.sort((a, b) => a - b)
    const quantile = (share: number) =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN
    report({
      what: `frame handed over → alert at the client, p50 of ${latencies.length}`,
      value: quantile(0.5),
      unit: 'ms',
    })
    report({ what: 'frame handed over → alert at the client, p99', value: quantile(0.99), unit: 'ms', target: 150 })

    stream.close()
    for (const service of [api, alerts, vision]) await service.stop()
    await kernel.stop()
    rmSync(models, { recursive: true, force: true })
  },
}

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

/** When the first violation of a camera was seen (event time) and when its alert was here. */
async function firstAlert(stream: Awaited<ReturnType<typeof openStream>>, cameraId: string) {
  let violationAt = Number.NaN
  for (;;) {
    const { event, data } = await stream.next(60_000)
    const arrivedAt = performance.now()
    if (event === 'detection' && data.data.cameraId === cameraId && data.data.phase === 'started') {
      violationAt = Date.parse(data.data.at)
    }
    if (event === 'alert' && data.data.alert.source.camera === cameraId && data.data.step.action === 'opened') {
      return { violationAt, arrivedAt }
    }
  }
}
