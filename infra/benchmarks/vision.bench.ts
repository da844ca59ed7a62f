// File → tracked detections (decode, cut, scale, infer, track, zones, dwell, saved state) against bare session.run of the same model in a loop,
// one inference thread each. Rounds alternate, so that what else the machine does falls on both.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Value } from 'typebox/value'
import type { CameraConfig } from '../../services/contracts/config/cameras.ts'
import { MediaConfig } from '../../services/contracts/config/media.ts'
import { systemClock } from '../../services/kernel/clock/system-clock.ts'
import { startCameraSource } from '../../services/media/camera-source/camera-source.ts'
import { openFile } from '../../services/media/camera-source/file-input.ts'
import { inputFormatOf, parseModelDescription } from '../../services/vision/model-registry/model-description.ts'
import { sharedClip } from '../../services/vision/testing/clip-frames.ts'
import { makePublicYolox } from '../../services/vision/testing/public-yolox.ts'
import { createVisionRig, type VisionRig } from '../../services/vision/testing/vision-rig.ts'
import type { Bench, BenchReport } from './bench-port.ts'

const rounds = 2
const ourStreet = join(import.meta.dirname, '../../models/street')
/** 768×432 at 12.5 frames a second; every one of them is looked at */
const clip = sharedClip('nopark_lane_topdown_30s.mp4')
const framesPerSecond = 12.5

export const bench: Bench = {
  name: 'vision: file to tracked detections',
  needs: ['shared'],
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'qly-bench-'))
    try {
      for (const [name, model] of [
        ['street (ours, uint8)', ourStreet],
        ['yolox_nano (float32)', makePublicYolox(folder)],
      ] as const) {
        await compare(name, model, report)
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

/** One file at a time, and two at once on the one inference thread, as several cameras share it. */
async function compare(name: string, model: string, report: BenchReport): Promise<void> {
  const bare: number[] = []
  const one: number[] = []
  const two: number[] = []
  for (let round = 0; round < rounds; round++) {
    bare.push(await bareRuns(model, 150))
    one.push(await filesToTracks(model, 1))
    two.push(await filesToTracks(model, 2))
  }
  const limit = best(bare)
  report({ what: `${name}: bare session.run, 1 thread`, value: limit, unit: 'frames/s' })
  const row = (what: string, value: number) =>
    report({
      what: `${name}: ${what}`,
      value,
      unit: 'frames/s',
      against: 'bare session.run',
      ratio: value / limit,
      target: 0.9,
    })
  row('file → tracked detections', best(one))
  row('two files at once → tracked detections', best(two))
}

const best = (values: readonly number[]): number => Math.max(...values)

/** Frames a second of the room fed by media, over whole clips, none skipped. */
async function filesToTracks(model: string, files: number): Promise<number> {
  const rig = await createVisionRig({ vision: { inferenceWorkers: 1 } })
  try {
    const begun = performance.now()
    const frames = await Promise.all(
      Array.from({ length: files }, (_, index) => playFile(rig, model, `bench-${index}`)),
    )
    const seconds = (performance.now() - begun) / 1000
    return frames.reduce((sum, each) => sum + each, 0) / seconds
  } finally {
    await rig.stop()
  }
}

/** Plays the clip to its end; answers with the number of frames looked at. */
async function playFile(rig: VisionRig, model: string, id: string): Promise<number> {
  const camera: CameraConfig = {
    id,
    name: 'bench',
    kind: 'cctv',
    source: `file://${clip}`,
    loop: false,
    transport: 'tcp',
    fps: framesPerSecond,
    models: [model],
    zones: [
      {
        id: 'kerb',
        kind: 'no_parking',
        polygon: [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
        ],
        classes: [],
        dwellSeconds: 10,
        hours: '00:00-24:00',
      },
    ],
  }
  const plan = await rig.vision.eyes.open(camera)
  let frames = 0
  let failure: unknown
  const source = startCameraSource(
    { clock: systemClock },
    Value.Default(MediaConfig, {}) as MediaConfig,
    {
      plan,
      open: (signal) => openFile(camera.source, systemClock, signal),
      see: rig.vision.eyes.see,
      loop: false,
      mode: 'every',
    },
    {
      onHealth: () => undefined,
      onDecoded: () => undefined,
      onSkipped: () => undefined,
      onDelivered: () => frames++,
      onDamaged: () => undefined,
      onReconnect: () => undefined,
      onFailed: (error) => {
        failure ??= error
      },
    },
  )
  await source.ended
  await source.stop()
  await rig.vision.eyes.close(id)
  if (failure !== undefined) throw failure
  return frames
}

/** Frames a second of the model alone, in a thread of its own, on one input that is ready. */
async function bareRuns(folder: string, runs: number): Promise<number> {
  const description = parseModelDescription(readFileSync(join(folder, 'model.json'), 'utf8'), folder)
  const { type, layout, width, height } = inputFormatOf(description)
  const dims = layout === 'nhwc' ? [1, height, width, 3] : [1, 3, height, width]
  const worker = new Worker(bareLoop, {
    eval: true,
    workerData: { file: join(folder, description.file), type, dims, runs },
  })
  const framesPerSecond = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  await worker.terminate()
  return framesPerSecond
}

const bareLoop = `
const { parentPort, workerData } = require('node:worker_threads')
const { InferenceSession, Tensor } = require('onnxruntime-node')
const { file, type, dims, runs } = workerData
const extra = { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } }
InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', extra }).then(async (session) => {
  const size = dims.reduce((product, each) => product * each, 1)
  const data = type === 'uint8' ? new Uint8Array(size).fill(114) : new Float32Array(size).fill(114)
  const feeds = { [session.inputNames[0]]: new Tensor(type, data, dims) }
  for (let i = 0; i < 10; i++) await session.run(feeds)
  const begun = performance.now()
  for (let i = 0; i < runs; i++) await session.run(feeds)
  parentPort.postMessage(runs / ((performance.now() - begun) / 1000))
})`
