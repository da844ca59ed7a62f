// An inference thread: holds one session a model and runs what it is sent, in order. onnxruntime-node's run() blocks the thread that
// calls it (it only defers with setImmediate), so it must not be the thread that serves HTTP, MQTT and decoding.
import { parentPort, workerData } from 'node:worker_threads'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { Answers, InferenceReply, InferenceRequest } from './inference-messages.ts'
import { type ModelRuntime, openModelRuntime } from './model-runtime.ts'
import type { SessionOptions } from './open-session.ts'

const options = workerData as SessionOptions
const runtimes = new Map<string, ModelRuntime>()

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

async function carryOut(message: InferenceRequest): Promise<Answers[keyof Answers]> {
  switch (message.kind) {
    case 'load': {
      const runtime = runtimes.get(message.key) ?? (await openModelRuntime(message.model, options))
      runtimes.set(message.key, runtime)
      const { provider, refused, batches } = runtime
      return { provider, refused, batches }
    }
    case 'infer': {
      const runtime = runtimes.get(message.key)
      if (runtime === undefined) throw new AppError('QLY_INTERNAL', `model ${message.key} is not loaded in this thread`)
      const begun = performance.now()
      const detections = await runtime.infer(message.pictures, message.minimumScore)
      return { detections, seconds: (performance.now() - begun) / 1000 }
    }
    case 'stop':
      for (const runtime of runtimes.values()) await runtime.release()
      runtimes.clear()
      return undefined
  }
}
