// An inference thread: holds one session a model and runs what it is sent, in order. onnxruntime-node's run() blocks the thread that
// calls it (it only defers with setImmediate), so it must not be the thread that serves HTTP, MQTT and decoding.
import { parentPort, workerData } from 'node:worker_threads'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { InferenceReply, InferenceRequest, InferenceResult } from './inference-messages.ts'
import { type ModelRuntime, openModelRuntime } from './model-runtime.ts'

const { threads } = workerData as { threads: number }
const runtimes = new Map<string, ModelRuntime>()
const nothing: InferenceResult = { detections: [], seconds: 0 }

let turn: Promise<void> = Promise.resolve()
parentPort?.on('message', (message: InferenceRequest) => {
  turn = turn.then(() => answer(message))
})

async function answer(message: InferenceRequest): Promise<void> {
  let reply: InferenceReply
  try {
    reply = { request: message.request, result: await carryOut(message) }
  } catch (thrown) {
    const { code, message: text } = asAppError(thrown)
    reply = { request: message.request, error: { code, message: text } }
  }
  parentPort?.postMessage(reply)
  if (message.kind === 'stop') parentPort?.close()
}

async function carryOut(message: InferenceRequest): Promise<InferenceResult> {
  switch (message.kind) {
    case 'load':
      if (!runtimes.has(message.key)) runtimes.set(message.key, await openModelRuntime(message.model, { threads }))
      return nothing
    case 'infer': {
      const runtime = runtimes.get(message.key)
      if (runtime === undefined) throw new AppError('QLY_INTERNAL', `model ${message.key} is not loaded in this thread`)
      const begun = performance.now()
      const detections = []
      for (const picture of message.pictures) detections.push(await runtime.infer(picture, message.minimumScore))
      return { detections, seconds: (performance.now() - begun) / 1000 }
    }
    case 'stop':
      for (const runtime of runtimes.values()) await runtime.release()
      runtimes.clear()
      return nothing
  }
}
