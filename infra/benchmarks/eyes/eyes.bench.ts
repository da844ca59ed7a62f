// What eyes cost: cameras a core at 5 analysed frames a second by size and codec, and the model in int8. How to misread it: cameras a core are video time over processor time of the whole process (decoding 25
// frames a second, cutting, inferring 5, tracking), so they hold on a busy machine too; pictures are FFmpeg's test pattern, livelier than a street.
// int8 needs a Python with cv2, onnxruntime and onnx: QLY_BENCH_PYTHON=/path/to/python (`python -m venv x && x/bin/pip install opencv-python-headless onnxruntime onnx`).
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AV_LOG_FATAL, Log } from 'node-av'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { makeClip } from '../../../services/media/testing/make-clip.ts'
import { sharedClip } from '../../../services/vision/testing/clip-frames.ts'
import type { Bench, BenchReport } from '../bench-port.ts'
import { lookAt } from './look-at.ts'

const street = join(import.meta.dirname, '../../../models/street')
const python = process.env.QLY_BENCH_PYTHON
const run = promisify(execFile)
const peer = (...args: readonly string[]) => run(python ?? '', [join(import.meta.dirname, 'peer.py'), ...args])

export const bench: Bench = {
  name: 'eyes: cameras a core, int8',
  needs: ['shared'],
  async run(report) {
    Log.setLevel(AV_LOG_FATAL)
    const folder = await mkdtemp(join(tmpdir(), 'qly-eyes-'))
    try {
      await camerasPerCore(folder, report)
      if (python === undefined) console.log('  not run: int8 needs QLY_BENCH_PYTHON (see the head of eyes.bench.ts)')
      else await againstInt8(folder, report)
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
      const { cores, memory } = await lookAt([file], { fps: 5, split: { workers: 1, threads: 1 } })
      report({ what: `${size}, ${name}: cameras a core at 5 of 25 frames/s`, value: seconds / cores, unit: 'cameras' })
      report({ what: '  memory of the process', value: memory / 2 ** 20, unit: 'MiB' })
    }
  }
}

async function againstInt8(folder: string, report: BenchReport): Promise<void> {
  const clip = sharedClip('nopark_lane_topdown_30s.mp4')
  const model = join(street, 'model.onnx')
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
