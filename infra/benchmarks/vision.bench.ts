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
import { createVisionRig } from '../../services/vision/testing/vision-rig.ts'
import type { Bench } from './bench-port.ts'

const rounds = 3
const clip = sharedClip('park_comes_and_parks_street_33s.mp4')
const framesPerSecond = 10

export const bench: Bench = {
  name: 'vision: file to tracked detections',
  needs: ['shared'],
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'qly-bench-'))
    try {
      const model = makePublicYolox(folder)
      const bare: number[] = []
      const whole: number[] = []
      for (let round = 0; round < rounds; round++) {
        bare.push(await bareRuns(model, 150))
        whole.push(await fileToTracks(model))
      }
      const value = best(whole)
      report({ what: 'bare session.run, 1 thread', value: best(bare), unit: 'frames/s' })
      report({
        what: 'file → tracked detections, 1 inference thread',
        value,
        unit: 'frames/s',
        against: 'bare session.run',
        ratio: value / best(bare),
        target: 0.9,
      })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

const best = (values: readonly number[]): number => Math.max(...values)

/** Frames a second of the room fed by media, over a whole clip, none skipped. */
async function fileToTracks(model: string): Promise<number> {
  const rig = await createVisionRig({ vision: { inferenceWorkers: 1 } })
  try {
    const camera: CameraConfig = {
      id: 'bench',
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
            [0.57, 0.27],
            [1, 0.27],
            [1, 0.58],
            [0.57, 0.58],
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
    const begun = performance.now()
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
    const seconds = (performance.now() - begun) / 1000
    await source.stop()
    await rig.vision.eyes.close('bench')
    if (failure !== undefined) throw failure
    return frames / seconds
  } finally {
    await rig.stop()
  }
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
