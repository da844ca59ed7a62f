// One inference thread as the main thread sees it: sends requests, matches answers, tells when the thread dies.
import { Worker } from 'node:worker_threads'
import { AppError } from '../../contracts/errors.ts'
import type { InferenceReply, InferenceRequest, InferenceResult } from './inference-messages.ts'

type WithoutNumber<Request> = Request extends unknown ? Omit<Request, 'request'> : never

export interface InferenceLane {
  /** Requests sent and not yet answered. */
  readonly busy: number
  readonly alive: boolean
  /** keys of the models that were loaded or are being loaded in it */
  readonly loaded: Set<string>
  /** Rejects with the thread's own error, or QLY_INTERNAL (retryable) when the thread dies. */
  send(message: WithoutNumber<InferenceRequest>): Promise<InferenceResult>
  stop(): Promise<void>
}

export function createInferenceLane(options: { threads: number; onDeath: (reason: string) => void }): InferenceLane {
  const worker = new Worker(new URL('./inference-worker.ts', import.meta.url), {
    workerData: { threads: options.threads },
    name: 'inference',
  })
  worker.unref()
  const pending = new Map<number, { resolve: (result: InferenceResult) => void; reject: (error: AppError) => void }>()
  const loaded = new Set<string>()
  let number = 0
  let alive = true
  let stopping = false

  worker.on('message', (reply: InferenceReply) => {
    const waiting = pending.get(reply.request)
    pending.delete(reply.request)
    if ('result' in reply) waiting?.resolve(reply.result)
    else waiting?.reject(new AppError(reply.error.code, reply.error.message))
  })
  let lastError = ''
  worker.on('error', (error) => {
    lastError = error.message
  })
  worker.on('exit', (code) => {
    alive = false
    const reason = lastError || `the inference thread ended with code ${code}`
    for (const { reject } of pending.values()) reject(new AppError('QLY_INTERNAL', reason, { retryable: true }))
    pending.clear()
    if (!stopping) options.onDeath(reason)
  })

  const send: InferenceLane['send'] = (message) =>
    new Promise((resolve, reject) => {
      if (!alive) return reject(new AppError('QLY_INTERNAL', 'the inference thread has ended', { retryable: true }))
      const request = ++number
      pending.set(request, { resolve, reject })
      worker.postMessage({ ...message, request })
    })

  return {
    get busy() {
      return pending.size
    },
    get alive() {
      return alive
    },
    loaded,
    send,
    async stop() {
      if (!alive) return
      stopping = true
      await send({ kind: 'stop' }).catch(() => undefined)
      await worker.terminate()
    },
  }
}
