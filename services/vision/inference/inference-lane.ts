// One inference thread as the main thread sees it: sends requests, matches answers, tells when the thread dies or hangs.
import { Worker } from 'node:worker_threads'
import { AppError } from '../../contracts/errors.ts'
import type { Answers, InferenceReply, InferenceRequest } from './inference-messages.ts'
import type { SessionOptions } from './open-session.ts'

type WithoutNumber<Request> = Request extends unknown ? Omit<Request, 'request'> : never
type Message = WithoutNumber<InferenceRequest>

export interface InferenceLane {
  /** Requests sent and not yet answered. */
  readonly busy: number
  readonly alive: boolean
  /** keys of the models that were loaded or are being loaded in it */
  readonly loaded: Set<string>
  /** Rejects with the thread's own error, or QLY_INTERNAL (retryable) when the thread dies. */
  send<Sent extends Message>(message: Sent): Promise<Answers[Sent['kind']]>
  stop(): Promise<void>
}

export interface InferenceLaneOptions extends SessionOptions {
  /** a request that is not answered for so long means that the thread hangs; milliseconds */
  readonly patienceMs: number
  /** called once, unless it was stopped */
  readonly onDeath: (reason: string) => void
  /** what the thread runs; default: inference-worker.ts */
  readonly script?: URL
}

export type OpenLane = (options: InferenceLaneOptions) => InferenceLane

interface Pending {
  readonly resolve: (result: never) => void
  readonly reject: (error: AppError) => void
}

const inferenceScript = new URL('./inference-worker.ts', import.meta.url)

export const createInferenceLane: OpenLane = ({
  threads,
  providers,
  patienceMs,
  onDeath,
  script = inferenceScript,
}) => {
  const worker = new Worker(script, {
    workerData: { threads, ...(providers ? { providers } : {}) } satisfies SessionOptions,
    name: 'inference',
  })
  worker.unref()
  const pending = new Map<number, Pending>()
  const loaded = new Set<string>()
  let number = 0
  let alive = true
  let stopping = false
  let watch: NodeJS.Timeout | undefined

  /** The thread works in order, so every answer shows that it goes on. */
  const watchOver = () => {
    if (alive && pending.size > 0) {
      watch ??= setTimeout(() => abandon(`it gave no answer for ${patienceMs / 1000} s`), patienceMs).unref()
      watch.refresh()
    } else {
      clearTimeout(watch)
      watch = undefined
    }
  }

  const die = (reason: string) => {
    if (!alive) return
    alive = false
    watchOver()
    for (const { reject } of pending.values()) reject(new AppError('QLY_INTERNAL', reason, { retryable: true }))
    pending.clear()
    if (!stopping) onDeath(reason)
  }

  /** A thread must not be terminated inside onnxruntime (that ends the process): it is left alone, and ends itself if it ever comes out. */
  const abandon = (reason: string) => {
    worker.postMessage({ kind: 'stop', request: ++number } satisfies InferenceRequest)
    die(reason)
  }

  worker.on('message', (reply: InferenceReply) => {
    const waiting = pending.get(reply.request)
    pending.delete(reply.request)
    watchOver()
    if ('result' in reply) waiting?.resolve(reply.result as never)
    else waiting?.reject(new AppError(reply.error.code, reply.error.message))
  })
  let lastError = ''
  worker.on('error', (error) => {
    lastError = error.message
  })
  worker.on('exit', (code) => die(lastError || `the inference thread ended with code ${code}`))

  const send: InferenceLane['send'] = (message) =>
    new Promise((resolve, reject) => {
      if (!alive) return reject(new AppError('QLY_INTERNAL', 'the inference thread has ended', { retryable: true }))
      const request = ++number
      pending.set(request, { resolve, reject })
      worker.postMessage({ ...message, request })
      if (pending.size === 1) watchOver()
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
      alive = false
      watchOver()
      await worker.terminate()
    },
  }
}
