// Runs a trial of an unknown model in a process of its own, bounded in time and memory. Whatever happens there, the answer is a result or a reason.
import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../../contracts/errors.ts'
import type { TrialReply, TrialRequest, TrialResult } from './trial-messages.ts'

export interface TrialLimits {
  /** default 120 */
  readonly seconds?: number
  /** resident memory of the process, default 4 GiB; watched where /proc exists */
  readonly bytes?: number
}

const program = fileURLToPath(new URL('./trial-process.ts', import.meta.url))

/** Rejects with QLY_MODEL_INVALID: what the model is refused for, or how the process ended. */
export function runTrial(request: TrialRequest, limits: TrialLimits = {}): Promise<TrialResult> {
  const { seconds = 120, bytes = 4 * 2 ** 30 } = limits
  return new Promise((resolve, reject) => {
    const child = fork(program, { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let reason: string | undefined
    let lastWords = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      lastWords = `${lastWords}${chunk.toString()}`.slice(-2000)
    })
    const stop = (why: string) => {
      reason = why
      child.kill('SIGKILL')
    }
    const time = setTimeout(() => stop(`took longer than ${seconds} s`), seconds * 1000)
    const memory = setInterval(() => {
      if (residentBytes(child) > bytes) stop(`took more than ${Math.round(bytes / 2 ** 20)} MiB of memory`)
    }, 100)
    let reply: TrialReply | undefined
    child.once('message', (message: TrialReply) => {
      reply = message
    })
    child.once('error', (cause) => {
      reason ??= `could not be started: ${cause.message}`
    })
    child.once('close', (code, signal) => {
      clearTimeout(time)
      clearInterval(memory)
      if (reply && 'result' in reply) return resolve(reply.result)
      if (reply) return reject(new AppError(reply.error.code, reply.error.message))
      const end = signal === null ? `ended with code ${code}` : `was killed by ${signal}${meaningOf(signal)}`
      const said = lastWords.trim().split('\n').at(-1)
      const message = `the process that tried the model ${reason ?? end}${said && !reason ? `: ${said}` : ''}`
      reject(new AppError('QLY_MODEL_INVALID', message))
    })
    child.send(request, () => undefined)
  })
}

function meaningOf(signal: NodeJS.Signals): string {
  const crashes: readonly number[] = [constants.signals.SIGSEGV, constants.signals.SIGABRT, constants.signals.SIGBUS]
  return crashes.includes(constants.signals[signal]) ? ' (the file makes the native runtime crash)' : ''
}

function residentBytes({ pid }: ChildProcess): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
  } catch {
    return 0 // no /proc, or it has just ended
  }
}
