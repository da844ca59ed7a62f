// Test helper: an inference thread as it is, except that a picture that ends with 255 ends it, and one with 254 makes it hang. Of pictures on shared
// memory, 253 and 252 do the same, but once: another thread finds the picture mended.
import { parentPort } from 'node:worker_threads'
import type { InferenceRequest } from '../inference/inference-messages.ts'
import { rgbOf } from '../inference/sized-input.ts'

parentPort?.on('message', (message: InferenceRequest) => {
  if (message.kind !== 'infer') return
  const [first] = message.pictures
  const picture = first && rgbOf(first)
  const last = picture?.at(-1)
  if (picture && (last === 253 || last === 252)) picture[picture.length - 1] = 0
  if (last === 255 || last === 253) process.exit(9)
  if (last === 254 || last === 252) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8000)
})
await import('../inference/inference-worker.ts')
