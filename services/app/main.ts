// The process of `npm start`: arguments, log, signals. What runs is composed in compose.ts.

import { asAppError } from '../contracts/errors.ts'
import { help, parseCommandLine } from './command-line.ts'
import { startApp } from './start-app.ts'
import { welcome } from './welcome.ts'

const interactive = process.stdout.isTTY === true
const abort = new AbortController()

process.on('uncaughtException', endUnexpectedly)
try {
  const commandLine = parseCommandLine(process.argv.slice(2))
  if (commandLine.help) console.log(help)
  else {
    listenForSignals(abort)
    const app = await startApp({ ...commandLine, environment: process.env, interactive, signal: abort.signal })
    welcome(app, { interactive })
    await app.stopped
    process.exit(app.exitCode())
  }
} catch (error) {
  tellFatal(error)
  process.exit(1)
}

/** Standard error is written at once, so that the last words are not lost with the log's buffer. */
function tellFatal(error: unknown, stack?: string): void {
  const { code, message } = asAppError(error)
  if (interactive) console.error(`\n${code}: ${stack ?? message}`)
  else console.error(JSON.stringify({ level: 60, time: new Date().toISOString(), code, msg: message, stack }))
}

/** A fault that nobody caught (a rejection too): the state may be wrong, so it ends as a kill would, which loses nothing. */
function endUnexpectedly(error: unknown): never {
  tellFatal(error, error instanceof Error ? error.stack : undefined)
  process.exit(70)
}

/** The first signal drains, the second ends at once. */
function listenForSignals(controller: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130)
      controller.abort(signal)
    })
  }
}
