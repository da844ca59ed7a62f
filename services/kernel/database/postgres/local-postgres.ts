// A PostgreSQL server of the tests' own: Debian's binaries, a temporary folder, a free loopback port, started and killed at will.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

export interface LocalPostgres {
  readonly url: string
  start(): Promise<void>
  /** SIGKILL to the server; its data stay */
  kill(): Promise<void>
  /** `fast` shutdown: sessions are cut, data are written */
  shutDown(): Promise<void>
  remove(): Promise<void>
}

/** Folder of `postgres` and `initdb`; undefined where Debian's package is not installed. */
export function findPostgres(): string | undefined {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(root, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')))
}

export async function createLocalPostgres(binaries: string): Promise<LocalPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'qly-postgres-'))
  const account = unprivilegedAccount()
  if (account) await chown(folder, account.uid, account.gid)
  const data = join(folder, 'data')
  const as = { ...account, cwd: folder }
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'qly', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'],
    {
      ...as,
      stdio: 'pipe',
    },
  )
  const port = await freePort()
  const url = `postgres://qly@127.0.0.1:${port}/postgres`
  let server: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals) => {
    const ending = server
    server = undefined
    if (!ending || ending.exitCode !== null) return
    const gone = new Promise((resolve) => ending.once('exit', resolve))
    ending.kill(signal)
    await gone
  }

  return {
    url,
    async start() {
      const flags = ['-D', data, '-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=']
      server = spawn(join(binaries, 'postgres'), flags, { ...as, stdio: 'ignore' })
      await untilAnswering(url)
    },
    kill: () => end('SIGKILL'),
    shutDown: () => end('SIGINT'),
    async remove() {
      await end('SIGQUIT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A fresh database on the server and its address. */
export async function createFreshDatabase(url: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `qly_test_${Math.random().toString(36).slice(2)}`
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(statement)
    await client.end()
  }
  await run(`create database ${name}`)
  const address = new URL(url)
  address.pathname = `/${name}`
  return { url: address.href, drop: () => run(`drop database ${name} with (force)`) }
}

async function untilAnswering(url: string): Promise<void> {
  for (let tried = 0; ; tried++) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
    try {
      await client.connect()
      return await client.end()
    } catch (error) {
      if (tried === 200) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** PostgreSQL refuses to run as root: then its own account, or nobody. */
function unprivilegedAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const [, , uid, gid] =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody') ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
