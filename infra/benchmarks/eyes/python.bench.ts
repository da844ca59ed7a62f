// Ours against a loop in Python with OpenCV and onnxruntime, both with their default options (all cores), on the same model file and clips: small and large
// pictures, every frame and 5 of 25, one camera and two (a process each, as users do). Both have loaded the model and run it before. Ours besides tracks, judges zones and saves state.
// How to misread it: where only one frame in five is looked at, both decode all of them, which takes most of the time and is FFmpeg's work in both.
// Needs a Python with cv2 and onnxruntime: QLY_BENCH_PYTHON=/path/to/python (`python -m venv x && x/bin/pip install opencv-python-headless onnxruntime`).
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { AV_LOG_FATAL, Log } from 'node-av'
import { findFfmpeg } from '../../../services/media/live/find-ffmpeg.ts'
import { candidateSplits } from '../../../services/vision/inference/thread-split.ts'
import { sharedClip } from '../../../services/vision/testing/clip-frames.ts'
import type { Bench, BenchReport } from '../bench-port.ts'
import { lookAt, street } from './look-at.ts'

const python = process.env.QLY_BENCH_PYTHON
const rounds = 2
const seconds = 12
/** what the product chooses on a few cores (thread-tuner.ts): a session a core */
const split = candidateSplits().at(-1) ?? { workers: 1, threads: 1 }

export const bench: Bench = {
  name: 'eyes: a Python loop of OpenCV and onnxruntime',
  needs: ['shared'],
  async run(report) {
    if (python === undefined) return console.log('  not run: needs QLY_BENCH_PYTHON (see the head of python.bench.ts)')
    Log.setLevel(AV_LOG_FATAL)
    const folder = await mkdtemp(join(tmpdir(), 'qly-python-'))
    try {
      const warmUp = join(folder, 'warm.mp4')
      await cameraClip(warmUp, { width: 640, height: 360, seconds: 1 })
      for (const [size, width, height] of [
        ['640×360', 640, 360],
        ['1080p', 1920, 1080],
      ] as const) {
        const clip = join(folder, `${width}.mp4`)
        await cameraClip(clip, { width, height, seconds })
        for (const every of [1, 5])
          for (const cameras of [1, 2]) await compare(size, clip, { every, cameras, warmUp }, report)
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function compare(
  size: string,
  clip: string,
  { every, cameras, warmUp }: { every: number; cameras: number; warmUp: string },
  report: BenchReport,
): Promise<void> {
  let [ours, theirs] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    theirs = Math.max(theirs, await pythonLoops(clip, { every, cameras }))
    const files = Array.from({ length: cameras }, () => clip)
    ours = Math.max(ours, (await lookAt(files, { fps: 25 / every, split, warmUp })).rate)
  }
  report({
    what: `${size}, ${every === 1 ? 'every frame' : '5 of 25 frames'}, ${cameras === 1 ? 'one camera' : 'two cameras'}`,
    value: ours,
    unit: 'frames/s',
    against: `Python (${theirs.toFixed(1)})`,
    ratio: ours / theirs,
    target: 1.5,
  })
}

/** A street scene as a camera sends it: H.264, 25 frames a second, a key frame every two seconds, no B frames. */
async function cameraClip(
  file: string,
  { width, height, seconds }: { width: number; height: number; seconds: number },
): Promise<void> {
  const source = sharedClip('park_comes_and_parks_street_33s.mp4')
  const coded = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '0', '-g', '50', '-pix_fmt', 'yuv420p']
  const output = ['-t', String(seconds), '-r', '25', '-vf', `scale=${width}:${height}`, '-an', ...coded, file]
  await promisify(execFile)(findFfmpeg(undefined) ?? 'ffmpeg', ['-v', 'error', '-y', '-i', source, ...output])
}

/** All loaded first, then started together. */
async function pythonLoops(clip: string, { every, cameras }: { every: number; cameras: number }): Promise<number> {
  const peer = join(import.meta.dirname, 'peer.py')
  const args = [peer, 'loop', join(street, 'model.onnx'), clip, String(every)]
  const loops = Array.from({ length: cameras }, () => {
    const child = spawn(python ?? 'python', args, { stdio: ['pipe', 'pipe', 'inherit'] })
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
  })
  for (const { lines } of loops) await lines.next()
  for (const { child } of loops) child.stdin.end('go\n')
  const rates = await Promise.all(loops.map(async ({ lines }) => Number((await lines.next()).value)))
  await Promise.all(loops.map(({ child }) => (child.exitCode === null ? once(child, 'exit') : undefined)))
  return rates.reduce((sum, rate) => sum + rate, 0)
}
