// The real servers on loopback: up, down, and one of them stopped and started again (fault tests do that).
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { userIds } from './debian.ts'
import { influxdb } from './influxdb.ts'
import { kafka } from './kafka.ts'
import { mosquitto } from './mosquitto.ts'
import { postgres } from './postgres.ts'
import { livingPid, startInBackground, stopProcess } from './process.ts'
import type { ServerDefinition } from './server.ts'

export const servers: readonly ServerDefinition[] = [kafka, influxdb, postgres, mosquitto]

/** What was built, kept over checkouts. */
export const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'qianliyan')

/** Data, logs and pid files. Not under the home folder: PostgreSQL and Mosquitto run as users of their own. */
const running = path.join(os.tmpdir(), 'qianliyan-servers')

/** Where `up` leaves the environment of the tests, for test-environment.ts. */
export const environmentFile = path.join(running, 'test-environment.json')

const directoryOf = (server: ServerDefinition) => path.join(running, server.name)
const pidFile = (server: ServerDefinition) => path.join(running, `${server.name}.pid`)
const logFile = (server: ServerDefinition) => path.join(running, `${server.name}.log`)

export function serverNamed(name: string): ServerDefinition {
  const server = servers.find((candidate) => candidate.name === name)
  if (!server) throw new Error(`there is no server "${name}"; known: ${servers.map((known) => known.name).join(' ')}`)
  return server
}

/** Starts a server (again) and resolves once it answers. */
export async function startServer(server: ServerDefinition, say: (text: string) => void): Promise<void> {
  await server.prepare(cache, say)
  const directory = directoryOf(server)
  mkdirSync(directory, { recursive: true })
  const context = { cache, directory }
  if (livingPid(pidFile(server)) === undefined) {
    if (server === postgres || server === mosquitto) await giveTo(server.name, directory)
    const { program, args, env, user } = await server.command(context)
    const files = { pid: pidFile(server), log: logFile(server) }
    startInBackground(program, args, files, { ...(env ? { env } : {}), ...(user ? await userIds(user) : {}) })
  }
  try {
    await server.ready(context)
  } catch (cause) {
    throw new Error(`${server.name} does not work; its log is ${logFile(server)}`, { cause })
  }
}

/** Stops a server and keeps its data; `SIGKILL` for a crash, `SIGSTOP` is not a stop. */
export function stopServer(server: ServerDefinition, signal?: NodeJS.Signals): Promise<void> {
  return stopProcess(pidFile(server), signal ?? (server === postgres ? 'SIGINT' : 'SIGTERM'))
}

/** Starts them all and leaves the test environment. */
export async function up(chosen: readonly ServerDefinition[], say: (text: string) => void): Promise<void> {
  mkdirSync(running, { recursive: true, mode: 0o755 })
  for (const server of chosen) {
    await startServer(server, say)
    say(`${server.name} ${server.version} on 127.0.0.1:${server.port}`)
  }
  const environment = Object.assign({}, ...servers.map((server) => server.testEnvironment))
  writeFileSync(environmentFile, JSON.stringify(environment, null, 2))
}

/** Stops them and removes their data; what was built stays in the cache. */
export async function down(chosen: readonly ServerDefinition[]): Promise<void> {
  await Promise.all(chosen.map((server) => stopServer(server)))
  for (const server of chosen) {
    rmSync(directoryOf(server), { recursive: true, force: true })
    rmSync(logFile(server), { force: true })
  }
  if (chosen.length === servers.length) rmSync(environmentFile, { force: true })
}

export const isUp = (server: ServerDefinition): boolean => livingPid(pidFile(server)) !== undefined

async function giveTo(user: string, directory: string): Promise<void> {
  const { uid, gid } = await userIds(user)
  if (uid !== undefined && gid !== undefined) chownSync(directory, uid, gid)
}
