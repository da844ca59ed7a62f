// The app as people run it: a process of its own, started from a configuration file, spoken to over HTTP and MQTT, stopped or killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { stringify } from 'yaml'

const root = path.resolve(import.meta.dirname, '../../..')
export const testAdminToken = 'test-admin-token-0123456789'

export interface AppProcess {
  readonly url: string
  readonly mqttUrl: string
  readonly rtspPort: number
  readonly pid: number
  /** JSON lines of the log so far */
  readonly log: readonly Record<string, unknown>[]
  readonly firstLogin: { readonly user: string; readonly password: string } | undefined
  readonly startedInMs: number
  /** a request with the admin token; throws with the answer if it is not ok */
  get<Body>(route: string): Promise<Body>
  post<Body>(route: string, body: unknown): Promise<Body>
  /** Sends a signal and resolves with the exit code (null: killed) and how long it took. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }>
  readonly exited: Promise<number | null>
}

export interface AppProcessOptions {
  /** the configuration file's content; `http.port: 0` and the like are put under it */
  readonly config?: Record<string, unknown>
  readonly dataDir: string
  readonly roles?: string
  readonly environment?: NodeJS.ProcessEnv
}

/** A folder for one test's data. */
export async function temporaryFolder(name: string): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `qly-${name}-`))
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Starts the app and resolves once it says that it is ready. Rejects with what it said if it ends before. */
export async function startAppProcess(options: AppProcessOptions): Promise<AppProcess> {
  const { dataDir, roles, environment = {} } = options
  const configFile = path.join(dataDir, `config-${Math.random().toString(36).slice(2)}.yaml`)
  const config = { cameras: [], http: { port: 0 }, mqtt: { port: 0 }, rtsp: { port: 0 }, ...options.config }
  await writeFile(configFile, stringify(config))
  const args = ['services/app/main.ts', '--config', configFile, ...(roles ? ['--roles', roles] : [])]
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, QLY_DATA_DIR: dataDir, QLY_ADMIN_TOKEN: testAdminToken, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return ready(child)
}

/** Runs the app to its end and answers with what it said; for starts that must fail. */
export async function runAppProcess(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['services/app/main.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output }
}

async function ready(child: ChildProcess): Promise<AppProcess> {
  const log: Record<string, unknown>[] = []
  const said: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>()
  const take = (line: string) => {
    said.push(line)
    try {
      const entry = JSON.parse(line) as Record<string, unknown>
      log.push(entry)
      if (entry.msg === 'ready' && typeof entry.url === 'string') resolve(entry)
    } catch {
      // a line of Node's own, e.g. a warning
    }
  }
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', take)
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  void exited.then((code) =>
    reject(new Error(`the app ended (${code}) before it was ready:\n${said.slice(-40).join('\n')}`)),
  )
  const entry = await promise
  const url = String(entry.url).replace(/\/$/, '')
  const ask = async <Body>(route: string, init: RequestInit): Promise<Body> => {
    const headers = { authorization: `Bearer ${testAdminToken}`, 'content-type': 'application/json' }
    const response = await fetch(`${url}${route}`, { ...init, headers })
    const text = await response.text()
    if (!response.ok) throw new Error(`${route} answered ${response.status}: ${text.slice(0, 500)}`)
    return (text === '' ? undefined : JSON.parse(text)) as Body
  }
  return {
    url,
    mqttUrl: `mqtt://127.0.0.1:${entry.mqttPort}`,
    rtspPort: Number(entry.rtspPort),
    pid: child.pid ?? 0,
    log,
    firstLogin: entry.firstLogin as AppProcess['firstLogin'],
    startedInMs: Number(entry.startedInMs),
    get: (route) => ask(route, {}),
    post: (route, body) => ask(route, { method: 'POST', body: JSON.stringify(body) }),
    exited,
    async end(signal) {
      const begun = performance.now()
      child.kill(signal)
      return { code: await exited, ms: performance.now() - begun }
    },
  }
}
