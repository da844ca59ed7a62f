// Processes for `npm run servers`: run to the end, or started in the background with a pid file and a log.
import { spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly uid?: number
  readonly gid?: number
}

/** Runs a program to its end. Rejects with its last words if it fails. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const take = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (cause) => reject(new Error(`cannot run ${program}: ${cause.message}`, { cause })))
    child.on('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${program} ${args.join(' ')} failed (${code}):\n${output.slice(-4000)}`))
    })
  })
}

/** Starts a program in the background; it outlives us. Its pid and log are kept beside each other. */
export function startInBackground(
  program: string,
  args: readonly string[],
  files: { pid: string; log: string },
  options: RunOptions = {},
): void {
  const log = openSync(files.log, 'a')
  const child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', log, log] })
  child.on('error', (error) => writeFileSync(files.log, `cannot run ${program}: ${error.message}\n`, { flag: 'a' }))
  if (child.pid === undefined) return
  writeFileSync(files.pid, String(child.pid))
  child.unref()
}

/** The process of a pid file, if it lives. */
export function livingPid(pidFile: string): number | undefined {
  if (!existsSync(pidFile)) return undefined
  const pid = Number(readFileSync(pidFile, 'utf8'))
  try {
    process.kill(pid, 0)
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0]
    return state === 'Z' ? undefined : pid
  } catch {
    return undefined
  }
}

/** Ends it: asks, then after the grace period kills. */
export async function stopProcess(
  pidFile: string,
  signal: NodeJS.Signals = 'SIGTERM',
  graceMs = 15_000,
): Promise<void> {
  const pid = livingPid(pidFile)
  if (pid !== undefined) {
    process.kill(pid, signal)
    const end = Date.now() + graceMs
    while (livingPid(pidFile) !== undefined && Date.now() < end) await sleep(50)
    if (livingPid(pidFile) !== undefined) process.kill(pid, 'SIGKILL')
    while (livingPid(pidFile) !== undefined) await sleep(50)
  }
  rmSync(pidFile, { force: true })
}

/** Asks again until it is so, at most `limitMs`. */
export async function waitFor(what: string, check: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  const end = Date.now() + limitMs
  for (;;) {
    const ok = await check().catch(() => false)
    if (ok) return
    if (Date.now() > end) throw new Error(`${what} did not come up within ${limitMs / 1000} s`)
    await sleep(100)
  }
}

/** Whether something listens there. */
export function listens(hostname: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port, timeout: 1000 })
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.once('timeout', () => done(false))
  })
}
