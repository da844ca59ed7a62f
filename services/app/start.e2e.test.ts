// Starting and stopping as people do: first login once, readiness, Ctrl-C within 5 s, and clear words when it cannot start.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import mqtt from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runAppProcess, startAppProcess, temporaryFolder } from './testing/app-process.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder('start')
})
afterEach(() => folder.remove())

const file = (text: string): string => {
  const name = path.join(folder.path, 'city.yaml')
  writeFileSync(name, text)
  return name
}
const fails = async (text: string, environment: NodeJS.ProcessEnv = {}) => {
  const result = await runAppProcess(['--config', file(text)], {
    QLY_DATA_DIR: path.join(folder.path, 'data'),
    ...environment,
  })
  expect(result.code).not.toBe(0)
  return result.output
}
const anyPorts = 'http: { port: 0 }\nmqtt: { port: 0 }\nrtsp: { port: 0 }\n'

describe('the whole system', () => {
  it('starts, tells the login once, works, and stops within 5 s of Ctrl-C', async () => {
    const device = { id: 'river-01', kind: 'river', password: 'river-secret-1', location: [120.602, 31.318] }
    const first = await startAppProcess({ dataDir: folder.path, config: { devices: [device] } })
    expect(first.firstLogin).toMatchObject({ user: 'admin' })
    expect(await first.get('/readyz')).toEqual({ status: 'ready' })
    const client = await mqtt.connectAsync(first.mqttUrl, {
      username: 'river-01',
      password: 'river-secret-1',
      clientId: 'river-01',
    })
    await client.publishAsync('qly/v1/river/river-01/readings', JSON.stringify({ values: { water_level: 3.2 } }), {
      qos: 1,
    })
    await expect
      .poll(
        () =>
          first
            .get<{ items: unknown[] }>('/api/v1/series?measurement=reading&field=water_level&last=true')
            .then(({ items }) => items),
        { timeout: 10_000 },
      )
      .toMatchObject([{ tags: { deviceId: 'river-01' }, samples: [{ value: 3.2 }] }])
    await client.endAsync()
    const { code, ms } = await first.end('SIGINT')
    expect(code).toBe(0)
    expect(ms).toBeLessThan(5000)

    const second = await startAppProcess({ dataDir: folder.path, config: { devices: [device] } })
    expect(second.firstLogin).toBeUndefined()
    expect((await second.end('SIGTERM')).code).toBe(0)
  })

  it('does not let two processes use one data directory', async () => {
    const app = await startAppProcess({ dataDir: folder.path })
    const output = await fails(`cameras: []\n${anyPorts}`, { QLY_DATA_DIR: folder.path })
    expect(output).toContain('QLY_DATA_LOCKED')
    await app.end('SIGTERM')
  })
})

it('a fault that nobody caught is its last word, not silence', async () => {
  const fault = "process.on('SIGUSR2', () => { throw new Error('out of the blue') })"
  const app = await startAppProcess({
    dataDir: folder.path,
    environment: { NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(fault)}"` },
  })
  expect((await app.end('SIGUSR2')).code).toBe(70)
  expect(app.log.at(-1)).toMatchObject({ level: 60, code: 'QLY_INTERNAL', msg: 'out of the blue' })
})

describe('a start that cannot succeed says why, and ends', () => {
  it('all faults of the configuration with their lines', async () => {
    const output = await fails('cameras:\n  - { id: a/b, name: x, source: "ftp://x" }\nbus: { engine: rabbit }\n')
    for (const words of ['QLY_CONFIG_INVALID', 'line 2: cameras.0.id', 'cameras.0.source', 'line 3: bus.engine'])
      expect(output).toContain(words)
  })

  it('a file that is not there, an unknown role, roles that need other processes on a bus of one', async () => {
    const run = (...args: string[]) => runAppProcess(args, { QLY_DATA_DIR: folder.path }).then(({ output }) => output)
    expect(await run('--config', '/nowhere.yaml')).toContain('cannot read the configuration /nowhere.yaml')
    expect(await run('--roles', 'ears')).toContain('unknown roles: ears')
    expect(await run('--config', file(`cameras: []\n${anyPorts}`), '--roles', 'eyes')).toContain(
      'set bus.engine to kafka',
    )
  })

  it('an organisation with faults', async () => {
    expect(await fails(`cameras: []\norganisation: nowhere.yaml\n${anyPorts}`)).toContain('cannot read nowhere.yaml')
  })

  it.each(['http', 'mqtt', 'rtsp'])('the %s port in use', async (name) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as { port: number }
    const output = await fails(`cameras: []\n${anyPorts.replace(`${name}: { port: 0 }`, `${name}: { port: ${port} }`)}`)
    expect(output).toContain('QLY_PORT_IN_USE')
    expect(output).toContain(String(port))
    taken.close()
  })

  it('data written by a newer version', async () => {
    const app = await startAppProcess({ dataDir: folder.path })
    await app.end('SIGTERM')
    const bus = path.join(folder.path, 'bus')
    const databaseFile = readdirSync(bus).find((name) => name.endsWith('.sqlite')) ?? ''
    const database = new DatabaseSync(path.join(bus, databaseFile))
    database.exec('PRAGMA user_version = 9999')
    database.close()
    expect(await fails(`cameras: []\n${anyPorts}`, { QLY_DATA_DIR: folder.path })).toContain(
      'QLY_DATA_FROM_NEWER_VERSION',
    )
  })

  it('a data directory that cannot be made', async () => {
    mkdirSync(path.join(folder.path, 'x'))
    writeFileSync(path.join(folder.path, 'x', 'data'), '')
    expect(await fails(`cameras: []\n${anyPorts}`, { QLY_DATA_DIR: path.join(folder.path, 'x', 'data', 'y') })).toMatch(
      /cannot make the data directory/,
    )
  })
})
