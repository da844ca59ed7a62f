// Test helper: an inference thread as it is, except that a picture of 255s ends it, and one of 254s makes it hang.
import { parentPort } from 'node:worker_threads'
import type { InferenceRequest } from '../inference/inference-messages.ts'

parentPort?.on('message', (message: InferenceRequest) => {
  if (message.kind !== 'infer') return
  const last = message.pictures[0]?.at(-1)
  if (last === 255) process.exit(9)
  if (last === 254) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8000)
})
await import('../inference/inference-worker.ts')
