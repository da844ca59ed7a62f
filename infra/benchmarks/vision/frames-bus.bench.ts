// What `vision.frames: bus` costs: four cameras at 5 frames a second through the street model, handed over in memory, as JPEGs over the embedded bus, and as
// JPEGs over Kafka. Pictures lie decoded in memory, so neither decoding nor a camera's network is in it. How to misread it: media and vision share one process here,
// which pays both ends of the bus (coding, base64, publishing; reading, decoding); Kafka's own processor time is not in it. Processor time moves with the machine's
// clock: compare within one run.
import { setTimeout as sleep } from 'node:timers/promises'
import type { CameraConfig } from '../../../services/contracts/config/cameras.ts'
import type { Config } from '../../../services/contracts/config/config.ts'
import type { CameraEyes, CameraFrame, FramePlan } from '../../../services/contracts/frames.ts'
import { parseConfig } from '../../../services/kernel/config/load-config.ts'
import type { EventBus } from '../../../services/kernel/event-bus/event-bus.ts'
import { createKafkaEventBus } from '../../../services/kernel/event-bus/kafka/kafka-event-bus.ts'
import { Kafka, logLevel } from '../../../services/kernel/event-bus/kafka/kafkajs.ts'
import { createMetrics } from '../../../services/kernel/metrics/metrics.ts'
import { startTestKernel } from '../../../services/kernel/testing/test-kernel.ts'
import { createBusEyes } from '../../../services/media/frames-bus/bus-eyes.ts'
import { createFrameIntake } from '../../../services/vision/frames-bus/frame-intake.ts'
import { createFramePlanner } from '../../../services/vision/plan/frame-planner.ts'
import { clipFrames, sharedClip } from '../../../services/vision/testing/clip-frames.ts'
import { createVisionService } from '../../../services/vision/vision-service.ts'
import type { Bench } from '../bench-port.ts'

const clip = sharedClip('park_comes_and_parks_street_33s.mp4')
const cameras = 4
const fps = 5
const warmUpFrames = 10
const measuredFrames = 100
const ways = ['in memory', 'embedded bus', 'Kafka'] as const

export const bench: Bench = {
  name: 'frames over the bus',
  needs: ['shared', 'kafka'],
  async run(report) {
    const results = new Map<string, Figures>()
    for (const way of ways) results.set(way, await measure(way))
    const direct = results.get('in memory') as Figures
    for (const [way, { cpuMs, bytes, median, p95, seen }] of results) {
      const compared = way === 'in memory' ? {} : { against: 'in memory' }
      report({
        what: `${way}: processor a frame`,
        value: cpuMs,
        unit: 'ms',
        ...compared,
        ...(way === 'in memory' ? {} : { ratio: cpuMs / direct.cpuMs }),
      })
      report({ what: `${way}: hand-over → detections, median`, value: median, unit: 'ms' })
      report({ what: `${way}: hand-over → detections, 95 %`, value: p95, unit: 'ms' })
      report({ what: `${way}: frames looked at`, value: seen, unit: `of ${cameras * measuredFrames}` })
      if (bytes > 0) report({ what: `${way}: JPEG`, value: bytes / 1024, unit: 'KiB a frame' })
      if (bytes > 0)
        report({ what: `${way}: over the bus (base64)`, value: (4 / 3) * (bytes / 1024) * fps, unit: 'KiB/s a camera' })
    }
  },
}

interface Figures {
  readonly cpuMs: number
  /** of a frame's JPEG */
  readonly bytes: number
  readonly median: number
  readonly p95: number
  readonly seen: number
}

async function measure(way: (typeof ways)[number]): Promise<Figures> {
  const kernel = await startTestKernel()
  const kafka = way === 'Kafka' ? await startKafka(kernel) : undefined
  const shared = { ...kernel, bus: kafka?.bus ?? kernel.bus }
  const config: Config = { ...parseConfig('cameras: []', 'bench'), cameras: cameraIds.map(cameraOf) }
  const { signal } = new AbortController()
  const vision = createVisionService(shared, config)
  await vision.start(signal)
  const apart =
    way === 'in memory' ? undefined : createBusEyes({ ...shared, plan: createFramePlanner(config) }, config.vision.bus)
  const intake = apart && createFrameIntake({ ...shared, registry: createMetrics() }, config, vision.eyes)
  await apart?.start(signal)
  await intake?.start(signal)
  try {
    const figures = await play(apart?.eyes ?? vision.eyes, config.cameras)
    const sent = /qianliyan_media_bus_bytes_total\{[^}]*\} (\d+)/.exec(await kernel.registry.metrics())?.[1]
    return { ...figures, bytes: Number(sent ?? 0) / (warmUpFrames + measuredFrames) }
  } finally {
    await intake?.stop()
    await apart?.stop()
    await vision.stop()
    await kafka?.stop()
    await kernel.stop()
  }
}

/** Every camera its frames in real time, the cameras evenly behind one another. */
async function play(eyes: CameraEyes, all: readonly CameraConfig[]): Promise<Omit<Figures, 'bytes'>> {
  const handedAt = new Map<string, number>()
  const latencies: number[] = []
  const opened: { id: string; plan: FramePlan }[] = []
  for (const camera of all) {
    const onObjects = (_: unknown, at: number) => {
      const handed = handedAt.get(`${camera.id} ${at}`)
      if (handed !== undefined) latencies.push(performance.now() - handed)
    }
    opened.push({ id: camera.id, plan: await eyes.open(camera, { onObjects }) })
  }
  const pictures = await decoded((opened[0] as { plan: FramePlan }).plan)
  const begun = Date.now()
  let cpu = process.cpuUsage()
  const seeing: Promise<void>[] = []
  for (let number = 0; number < warmUpFrames + measuredFrames; number++) {
    if (number === warmUpFrames) {
      await Promise.all(seeing)
      latencies.length = 0
      cpu = process.cpuUsage()
    }
    for (const [index, { id }] of opened.entries()) {
      const due = begun + (1000 / fps) * (number + index / cameras)
      await sleep(Math.max(0, due - Date.now()))
      const picture = pictures[number % pictures.length] as CameraFrame
      const frame = { ...picture, cameraId: id, sequence: number, capturedAt: Math.round(due), discontinuity: false }
      handedAt.set(`${id} ${frame.capturedAt}`, performance.now())
      seeing.push(eyes.see(frame))
    }
  }
  await Promise.all(seeing)
  const { user, system } = process.cpuUsage(cpu)
  for (const { id } of opened) await eyes.close(id)
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN
  return {
    cpuMs: (user + system) / 1000 / (cameras * measuredFrames),
    median: at(0.5),
    p95: at(0.95),
    seen: latencies.length,
  }
}

/** Some frames of the clip, in memory that inference threads share. */
async function decoded(plan: FramePlan): Promise<CameraFrame[]> {
  const frames: CameraFrame[] = []
  for await (const frame of clipFrames(plan, { file: clip, startAt: 0 })) {
    const cuts = frame.cuts.map((cut) => {
      const rgb = new Uint8Array(new SharedArrayBuffer(cut.rgb.length))
      rgb.set(cut.rgb)
      return { ...cut, rgb }
    })
    const whole = await frame.fullFrame()
    frames.push({ ...frame, cuts, fullFrame: () => Promise.resolve(whole) })
    if (frames.length === 40) break
  }
  return frames
}

const cameraIds = Array.from({ length: cameras }, (_, index) => `lane-${index}`)
const cameraOf = (id: string): CameraConfig => ({
  ...{ id, name: id, kind: 'cctv', source: 'file:///clip.mp4', loop: false, transport: 'tcp', fps, models: ['street'] },
  zones: [
    {
      ...{ id: 'kerb', kind: 'no_parking', classes: [], hours: '00:00-24:00' },
      polygon: [
        [0.05, 0.27],
        [1, 0.27],
        [1, 0.95],
        [0.05, 0.95],
      ],
    },
  ],
})

async function startKafka(
  deps: Parameters<typeof createKafkaEventBus>[0],
): Promise<{ bus: EventBus; stop(): Promise<void> }> {
  const brokers = (process.env.QLY_TEST_KAFKA_BROKERS ?? '').split(',')
  const topicPrefix = `bench-${Date.now().toString(36)}.`
  const options = { clientId: 'bench', replicationFactor: 1, sessionTimeoutMs: 8000, ssl: false }
  const bus = createKafkaEventBus(deps, { brokers, topicPrefix, ...options })
  await bus.start()
  return {
    bus,
    async stop() {
      await bus.stop()
      const admin = new Kafka({ brokers, clientId: 'bench-admin', logLevel: logLevel.NOTHING }).admin()
      await admin.connect()
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(topicPrefix))
      await admin.deleteTopics({ topics })
      await admin.disconnect()
    },
  }
}
