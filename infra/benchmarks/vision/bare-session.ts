// Bare onnxruntime: session.run of a model in a loop on one picture that lies ready in memory, in threads of its own, with nothing around it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { inputFormatOf, parseModelDescription } from '../../../services/vision/model-registry/model-description.ts'
import { withOpenAxes } from '../../../services/vision/model-registry/onnx/open-axes.ts'

const runs = 120

export interface BareOptions {
  readonly sessions: number
  /** threads of a session; `default`: no options at all, which is a thread a core */
  readonly threads: number | 'default'
  /** of the picture; default: the model's own */
  readonly size?: { readonly width: number; readonly height: number }
}

/** Frames a second of all sessions together, each in its own thread with so many threads inside. */
export async function bareFramesPerSecond(folder: string, { sessions, threads, size }: BareOptions): Promise<number> {
  const description = parseModelDescription(readFileSync(join(folder, 'model.json'), 'utf8'), folder)
  const { type, layout, ...whole } = inputFormatOf(description)
  const { width, height } = size ?? whole
  const dims = layout === 'nhwc' ? [1, height, width, 3] : [1, 3, height, width]
  const file = join(folder, description.file)
  const model = size ? withOpenAxes(readFileSync(file), layout) : file
  const workerData = { model, type, dims, threads, runs }
  const workers = Array.from({ length: sessions }, () => new Worker(bareLoop, { eval: true, workerData }))
  try {
    await Promise.all(workers.map((worker) => told(worker)))
    const rates = workers.map((worker) => told(worker))
    for (const worker of workers) worker.postMessage('go')
    return (await Promise.all(rates)).reduce((sum, each) => sum + each, 0)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

const told = (worker: Worker): Promise<number> =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })

/** Says that it is warm, waits for the word, runs, says how fast. */
const bareLoop = `
const { parentPort, workerData } = require('node:worker_threads')
const { InferenceSession, Tensor } = require('onnxruntime-node')
const { model, type, dims, threads, runs } = workerData
const extra = { session: { intra_op: { allow_spinning: threads > 1 ? '1' : '0' }, inter_op: { allow_spinning: '0' } } }
const chosen = { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential', extra }
InferenceSession.create(model, threads === 'default' ? {} : chosen).then(async (session) => {
  const size = dims.reduce((product, each) => product * each, 1)
  const data = type === 'uint8' ? new Uint8Array(size).fill(114) : new Float32Array(size).fill(114)
  const feeds = { [session.inputNames[0]]: new Tensor(type, data, dims) }
  for (let i = 0; i < 10; i++) await session.run(feeds)
  parentPort.once('message', async () => {
    const begun = performance.now()
    for (let i = 0; i < runs; i++) await session.run(feeds)
    parentPort.postMessage(runs / ((performance.now() - begun) / 1000))
  })
  parentPort.postMessage(0)
})`
