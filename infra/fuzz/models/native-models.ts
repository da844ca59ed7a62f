// Mutated models through the native runtime, in a process that is started again whenever one kills it. It is bounded in time, as a trial is.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface NativeModels {
  /** Opens and runs one; 'crashed' and 'hung' cost that process only. */
  try(bytes: Uint8Array): Promise<'ran' | 'refused' | 'crashed' | 'hung'>
  stop(): void
}

const program = fileURLToPath(new URL('./native-process.ts', import.meta.url))

export function createNativeModels({ seconds }: { seconds: number }): NativeModels {
  let child: ChildProcess | undefined
  const start = () =>
    fork(program, { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  return {
    try(bytes) {
      const running = child?.connected ? child : start()
      child = running
      return new Promise((resolve) => {
        let hung = false
        const limit = setTimeout(() => {
          hung = true
          running.kill('SIGKILL')
        }, seconds * 1000)
        const end = (verdict: 'ran' | 'refused' | 'crashed' | 'hung') => {
          clearTimeout(limit)
          running.off('message', answered).off('exit', exited)
          resolve(verdict)
        }
        const answered = (verdict: unknown) => end(verdict as 'ran' | 'refused')
        const exited = () => {
          child = undefined
          end(hung ? 'hung' : 'crashed')
        }
        running.on('message', answered).on('exit', exited)
        running.send(bytes, (error) => {
          if (error) running.kill('SIGKILL')
        })
      })
    },
    stop() {
      child?.kill('SIGKILL')
    },
  }
}
