// Mutated streams through a decoder in a process of its own, bounded in time and memory; started again when a stream ends it.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Decoded, MutatedStream } from './decoder-process.ts'

export type Verdict = Decoded | 'crashed' | 'hung'

const program = fileURLToPath(new URL('./decoder-process.ts', import.meta.url))

export function createChildDecoder({ seconds }: { readonly seconds: number }) {
  let child: ChildProcess | undefined
  const start = () =>
    fork(program, { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return {
    try(stream: MutatedStream): Promise<Verdict> {
      const running = child?.connected ? child : start()
      child = running
      return new Promise((resolve) => {
        let hung = false
        const limit = setTimeout(() => {
          hung = true
          running.kill('SIGKILL')
        }, seconds * 1000)
        const end = (verdict: Verdict) => {
          clearTimeout(limit)
          running.off('message', answered).off('exit', exited)
          resolve(verdict)
        }
        const answered = (verdict: unknown) => end(verdict as Decoded)
        const exited = () => {
          child = undefined
          end(hung ? 'hung' : 'crashed')
        }
        running.on('message', answered).on('exit', exited)
        running.send(stream, (error) => {
          if (error) running.kill('SIGKILL')
        })
      })
    },
    stop() {
      child?.kill('SIGKILL')
    },
  }
}
