// Owns the writer thread: starts it, asks it one thing at a time, starts it again if it dies.
import { Worker } from 'node:worker_threads'
import { AppError } from '../../../contracts/errors.ts'
import type { Logger } from '../../logging/logger.ts'
import type {
  CloseRequest,
  ExpireRequest,
  FailedReply,
  ProbeRequest,
  ReadyReply,
  WriteRequest,
  WriterReply,
  WriterRequest,
  WriterStart,
} from './writer-protocol.ts'

export type GoodReply = Exclude<WriterReply, FailedReply>

export interface WriterThread {
  /** Throws what kept the log from being opened. */
  start(): Promise<ReadyReply>
  /** Throws the AppError that the thread answered; QLY_STORAGE_UNAVAILABLE if it died meanwhile (the outcome is unknown then). */
  ask(request: Exclude<WriterRequest, CloseRequest>): Promise<GoodReply>
  stop(): Promise<void>
}

/** `onRestart` hears the state of the log after the thread had died and was started again. */
export function createWriterThread(
  logger: Logger,
  where: WriterStart,
  onRestart: (ready: ReadyReply) => void,
): WriterThread {
  let worker: Worker | undefined
  let waiting: { resolve: (reply: GoodReply) => void; reject: (error: AppError) => void } | undefined

  function settle(reply: WriterReply): void {
    const asked = waiting
    waiting = undefined
    if (reply.kind === 'failed') asked?.reject(new AppError(reply.code, reply.message))
    else asked?.resolve(reply)
  }

  function send(request: WriterRequest): Promise<GoodReply> {
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject }
      worker?.postMessage(request)
    })
  }

  async function open(): Promise<ReadyReply> {
    const opened = new Worker(new URL('./log-writer-thread.ts', import.meta.url), {
      workerData: where,
      execArgv: [],
      name: 'bus-writer',
    })
    worker = opened
    const ready = new Promise<GoodReply>((resolve, reject) => {
      waiting = { resolve, reject }
    })
    opened.on('message', settle)
    opened.on('error', (error) => logger.error({ err: error }, 'the writer thread of the bus died'))
    opened.on('exit', () => {
      if (worker === opened) worker = undefined
      settle({ kind: 'failed', code: 'QLY_STORAGE_UNAVAILABLE', message: 'the writer thread of the bus died' })
    })
    const reply = await ready
    if (reply.kind !== 'ready') throw new AppError('QLY_INTERNAL', `the writer thread said ${reply.kind}`)
    return reply
  }

  return {
    start: open,
    async ask(request: WriteRequest | ExpireRequest | ProbeRequest) {
      if (!worker) onRestart(await open())
      return await send(request)
    },
    async stop() {
      if (!worker) return
      await send({ kind: 'close' })
      await worker?.terminate()
      worker = undefined
    },
  }
}
