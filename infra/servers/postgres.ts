// PostgreSQL from Debian, with a cluster of its own.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { debianPackages, userIds } from './debian.ts'
import { run, waitFor } from './process.ts'
import { host, type ServerDefinition } from './server.ts'

const port = 15_432
const installed = '/usr/lib/postgresql'
const user = 'postgres'
const url = `postgres://${user}@${host}:${port}/postgres`

export const postgres: ServerDefinition = {
  name: 'postgres',
  version: 'debian',
  port,
  testEnvironment: { QLY_TEST_POSTGRES_URL: url },

  prepare: (_cache, say) => debianPackages([installed], ['postgresql'], say),

  async command({ directory }) {
    const binaries = path.join(installed, newest(), 'bin')
    const data = path.join(directory, 'data')
    if (!existsSync(path.join(data, 'PG_VERSION'))) {
      await run(path.join(binaries, 'initdb'), ['-D', data, '-A', 'trust', '-U', user, '-E', 'UTF8', '--locale=C'], {
        ...(await userIds(user)),
      })
    }
    return {
      program: path.join(binaries, 'postgres'),
      args: ['-D', data, '-h', host, '-p', String(port), '-k', directory, '-c', 'max_connections=200'],
      user,
    }
  },

  async ready() {
    await waitFor('PostgreSQL', async () => {
      const client = new pg.Client({ connectionString: url })
      try {
        await client.connect()
        return true
      } finally {
        await client.end().catch(() => {})
      }
    })
  },
}

const newest = () => readdirSync(installed).sort((a, b) => Number(b) - Number(a))[0] ?? ''
