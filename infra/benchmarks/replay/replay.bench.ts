// `npm run replay` of a long recording, twice, as people run it: how many times real time, whether the second run tells the same, whether memory stays flat.
// QLY_BENCH_REPLAY_MINUTES (10) says how much recording, QLY_BENCH_REPLAY_FPS (5) how many frames a second are analysed. How to misread it: decoding and inference share the machine,
// so with a training job beside it half of the speed is gone; memory is of the whole process, with the model, FFmpeg and onnxruntime in it.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { hasSharedData, sharedClip } from '../../../services/vision/testing/clip-frames.ts'
import type { Bench } from '../bench-port.ts'
import { makeRecording } from './make-recording.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const minutes = Number(process.env.QLY_BENCH_REPLAY_MINUTES ?? 10)
const fps = Number(process.env.QLY_BENCH_REPLAY_FPS ?? 5)
const startedAt = Date.parse('2020-06-28T06:00:00.000Z')

export const bench: Bench = {
  name: 'replay of a recording',
  needs: ['shared'],
  async run(report) {
    if (!hasSharedData) throw new Error('../shared is not here')
    const folder = mkdtempSync(path.join(os.tmpdir(), 'qly-bench-replay-'))
    try {
      const clip = sharedClip('park_comes_and_parks_street_33s.mp4')
      await makeRecording(folder, { clip, camera: 'lane', minutes, startedAt })
      const config = path.join(folder, 'city.yaml')
      writeFileSync(config, JSON.stringify({ dataDir: folder, cameras: [camera] }))
      const told = path.join(folder, 'told.json')
      const first = await replay(config, ['--out', told])
      const second = await replay(config, ['--expect', told])
      const findings = (JSON.parse(readFileSync(told, 'utf8')) as unknown[]).length
      report({ what: `${minutes} min of 768×432, ${fps} frames/s: first run`, value: first.speed, unit: '× real time' })
      report({ what: 'second run', value: second.speed, unit: '× real time' })
      report({ what: 'told (started, continued, ended)', value: findings, unit: 'findings' })
      report({ what: 'differences between the two runs', value: second.differences, unit: '', target: 0 })
      for (const [name, { memory }] of Object.entries({ first, second })) {
        const [early, late] = [memory[2] ?? 0, memory.at(-1) ?? 0]
        report({
          what: `${name} run: memory at its end`,
          value: late,
          unit: 'MiB',
          against: `at 30 % (${early.toFixed(0)} MiB)`,
          ratio: late / early,
        })
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const camera = {
  id: 'lane',
  name: 'lane',
  source: 'rtsp://127.0.0.1:1/lane',
  fps,
  models: ['street'],
  zones: [
    {
      id: 'kerb',
      kind: 'no_parking',
      polygon: [
        [0.05, 0.27],
        [1, 0.27],
        [1, 0.95],
        [0.05, 0.95],
      ],
      dwellSeconds: 5,
    },
  ],
}

interface Run {
  /** × real time, as it says itself */
  readonly speed: number
  /** against what was expected; 0 without an expectation */
  readonly differences: number
  /** resident memory at every tenth of the way, MiB */
  readonly memory: readonly number[]
}

async function replay(config: string, words: readonly string[]): Promise<Run> {
  const iso = (ms: number) => new Date(ms).toISOString()
  const child = spawn(
    process.execPath,
    [
      ...['services/app/replay/main.ts', '--config', config, '--camera', 'lane', '--lead', '0'],
      ...['--from', iso(startedAt), '--to', iso(startedAt + minutes * 60_000), ...words],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: ownEnvironment() },
  )
  const memory: number[] = []
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (/ \(\d+ %\), /.test(line)) memory.push(residentMiB(child))
    else said.push(line)
  })
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
  await new Promise((resolve) => child.once('close', resolve))
  const text = said.join('\n')
  const speed = Number(/\(([\d.]+) × real time\)/.exec(text)?.[1])
  const compared = /against .*told\.json: (the same|\d+)/.exec(text)?.[1]
  if (!(speed > 0)) throw new Error(`replay ended with ${child.exitCode}:\n${text}`)
  return { speed, differences: compared === undefined || compared === 'the same' ? 0 : Number(compared), memory }
}

/** The product refuses variables that it does not know. */
const ownEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('QLY_')))

const residentMiB = ({ pid }: ChildProcess): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
