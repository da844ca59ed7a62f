// What eyes cost: cameras a core at 5 analysed frames a second by size and codec, against a loop in Python with OpenCV and onnxruntime on the same
// model and clip, and the model in int8. How to misread it: cameras a core are video time over processor time of the whole process (decoding 25
// frames a second, cutting, inferring 5, tracking), so they hold on a busy machine too; pictures are FFmpeg's test pattern, livelier than a street.
// The peers need a Python with cv2, onnxruntime and onnx: QLY_BENCH_PYTHON=/path/to/python (`python -m venv x && x/bin/pip install opencv-python-headless onnxruntime onnx`).
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AV_LOG_FATAL, Log } from 'node-av'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { Value } from 'typebox/value'
import type { CameraConfig } from '../../../services/contracts/config/cameras.ts'
import { MediaConfig } from '../../../services/contracts/config/media.ts'
import { systemClock } from '../../../services/kernel/clock/system-clock.ts'
import { startCameraSource } from '../../../services/media/camera-source/camera-source.ts'
import { openFile } from '../../../services/media/camera-source/file-input.ts'
import { makeClip } from '../../../services/media/testing/make-clip.ts'
import { sharedClip } from '../../../services/vision/testing/clip-frames.ts'
import { createVisionRig } from '../../../services/vision/testing/vision-rig.ts'
import type { Bench, BenchReport } from '../bench-port.ts'

const street = join(import.meta.dirname, '../../../models/street')
const python = process.env.QLY_BENCH_PYTHON
const run = promisify(execFile)
const peer = (...args: readonly string[]) => run(python ?? '', [join(import.meta.dirname, 'peer.py'), ...args])

export const bench: Bench = {
  name: 'eyes: cameras a core, a Python loop, int8',
  needs: ['shared'],
  async run(report) {
    Log.setLevel(AV_LOG_FATAL)
    const folder = await mkdtemp(join(tmpdir(), 'qly-eyes-'))
    try {
      await camerasPerCore(folder, report)
      if (python === undefined)
        console.log('  not run: the Python loop and int8 need QLY_BENCH_PYTHON (see the head of eyes.bench.ts)')
      else await againstPython(folder, report)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function camerasPerCore(folder: string, report: BenchReport): Promise<void> {
  const seconds = 20
  for (const [size, width, height] of [
    ['640×360', 640, 360],
    ['1080p', 1920, 1080],
  ] as const) {
    for (const [name, codec] of [
      ['H.264', 'libx264'],
      ['H.265', 'libx265'],
    ] as const) {
      const file = join(folder, `${codec}-${width}.mp4`)
      await makeClip(file, { seconds, fps: 25, width, height, group: 50, codec, encoder: { preset: 'superfast' } })
      const { cores, memory } = await look(file, 5)
      report({ what: `${size}, ${name}: cameras a core at 5 of 25 frames/s`, value: seconds / cores, unit: 'cameras' })
      report({ what: '  memory of the process', value: memory / 2 ** 20, unit: 'MiB' })
    }
  }
}

async function againstPython(folder: string, report: BenchReport): Promise<void> {
  const clip = sharedClip('nopark_lane_topdown_30s.mp4')
  const model = join(street, 'model.onnx')
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let round = 0; round < 2; round++) {
    ours.push((await look(clip, 12.5)).rate)
    theirs.push(Number((await peer('loop', model, clip)).stdout))
  }
  report({
    what: 'file → tracked detections, street model, every frame',
    value: Math.max(...ours),
    unit: 'frames/s',
    against: `OpenCV + onnxruntime in Python (${Math.max(...theirs).toFixed(0)})`,
    ratio: Math.max(...ours) / Math.max(...theirs),
    target: 1.5,
  })
  const small = join(folder, 'int8.onnx')
  await peer('quantise', model, clip, small)
  const [whole, quantised] = [await bare(model), await bare(small)]
  report({ what: 'street model, float32, 1 thread', value: whole, unit: 'runs/s' })
  report({
    what: 'street model, int8 (QDQ)',
    value: quantised,
    unit: 'runs/s',
    against: 'float32',
    ratio: quantised / whole,
  })
}

/** A file through decoding, cutting, inference and tracking, as fast as it goes, none of the sampled frames skipped. */
async function look(file: string, fps: number) {
  const rig = await createVisionRig({ vision: { inferenceWorkers: 1 } })
  const camera = {
    id: 'bench',
    name: 'bench',
    kind: 'cctv',
    source: `file://${file}`,
    loop: false,
    transport: 'tcp',
    fps,
    models: [street],
    zones: [],
  }
  const plan = await rig.vision.eyes.open(camera as CameraConfig)
  let frames = 0
  const [began, before] = [performance.now(), process.cpuUsage()]
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
      onHealth() {},
      onDecoded() {},
      onSkipped() {},
      onDelivered: () => frames++,
      onDamaged() {},
      onReconnect() {},
      onFailed(error) {
        throw error
      },
    },
  )
  await source.ended
  await rig.vision.eyes.close('bench')
  const { user, system } = process.cpuUsage(before)
  const rate = (frames * 1000) / (performance.now() - began)
  const memory = process.memoryUsage().rss
  await rig.stop()
  return { rate, cores: (user + system) / 1e6, memory }
}

async function bare(file: string): Promise<number> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  const feeds = {
    [session.inputNames[0] ?? '']: new Tensor('uint8', new Uint8Array(416 * 416 * 3).fill(114), [1, 416, 416, 3]),
  }
  for (let warm = 0; warm < 10; warm++) await session.run(feeds)
  const began = performance.now()
  for (let runs = 0; runs < 150; runs++) await session.run(feeds)
  const rate = 150_000 / (performance.now() - began)
  await session.release()
  return rate
}
