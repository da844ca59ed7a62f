// Trials of hostile input in a process of its own, bounded in time; it is started again whenever an input ends it.
import { type ChildProcess, fork } from 'node:child_process'

export interface ChildTrials<Input, Answer> {
  /** One input at a time; 'crashed' and 'hung' cost that process only. */
  try(input: Input): Promise<Answer | 'crashed' | 'hung'>
  stop(): void
}

export interface ChildTrialsOptions {
  /** the program of the process: answers each message (an input) with one message (an answer) */
  readonly program: string
  /** what one input may take, s */
  readonly seconds: number
  /** whether what the process says to standard error is shown */
  readonly stderr?: 'inherit' | 'ignore'
}

export function createChildTrials<Input extends object, Answer>(
  options: ChildTrialsOptions,
): ChildTrials<Input, Answer> {
  const { program, seconds, stderr = 'ignore' } = options
  let child: ChildProcess | undefined
  const start = () =>
    fork(program, { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', stderr, 'ipc'] })
  return {
    try(input) {
      const running = child?.connected ? child : start()
      child = running
      return new Promise((resolve) => {
        let hung = false
        const limit = setTimeout(() => {
          hung = true
          running.kill('SIGKILL')
        }, seconds * 1000)
        const end = (verdict: Answer | 'crashed' | 'hung') => {
          clearTimeout(limit)
          running.off('message', answered).off('exit', exited)
          resolve(verdict)
        }
        const answered = (verdict: unknown) => end(verdict as Answer)
        const exited = () => {
          child = undefined
          end(hung ? 'hung' : 'crashed')
        }
        running.on('message', answered).on('exit', exited)
        running.send(input, (error) => {
          if (error) running.kill('SIGKILL')
        })
      })
    },
    stop() {
      child?.kill('SIGKILL')
    },
  }
}
