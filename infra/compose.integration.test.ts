// What compose.yaml mounts, tried on the real programs: Mosquitto with our settings, rights and made passwords; Grafana's questions on InfluxDB;
// and the compose client's own check where it is installed (it needs no engine).
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const infra = import.meta.dirname
const made = mkdtempSync(path.join(tmpdir(), 'qly-compose-'))
const makeSecrets = (...args: string[]) =>
  execFileSync(process.execPath, [path.join(infra, 'compose-env.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, COMPOSE_ENV_FOLDER: made },
  })
afterAll(() => rmSync(made, { recursive: true }))

describe('Mosquitto as compose.yaml runs it', () => {
  const mosquitto = '/usr/sbin/mosquitto'
  let server: ChildProcess
  let port: number
  let devicePassword: string
  const clients: MqttClient[] = []
  const login = async (username: string, password: string) => {
    const url = `mqtt://127.0.0.1:${port}`
    const client = await connectAsync(url, { username, password, protocolVersion: 5, reconnectPeriod: 0 })
    clients.push(client)
    return client
  }
  const systemPassword = () => /^MQTT_PASSWORD=(.+)$/m.exec(readFileSync(path.join(made, '.env'), 'utf8'))?.[1] ?? ''

  beforeAll(async () => {
    if (!existsSync(mosquitto)) throw new Error('no Mosquitto: `npm run servers -- up` installs it')
    makeSecrets()
    devicePassword = /password (\S+)/.exec(makeSecrets('device', 'river-01'))?.[1] ?? ''
    port = await freePort()
    const data = path.join(made, 'data')
    mkdirSync(data)
    for (const folder of [made, data, path.join(made, 'mosquitto')]) chmodSync(folder, 0o777)
    const settings = readFileSync(path.join(infra, 'mosquitto/mosquitto.conf'), 'utf8')
      .replace('listener 1883', `listener ${port} 127.0.0.1`)
      .replace('/mosquitto/config/passwords', path.join(made, 'mosquitto/passwords'))
      .replace('/mosquitto/config/acl', path.join(infra, 'mosquitto/acl'))
      .replace('/mosquitto/data/', `${data}/`)
    writeFileSync(path.join(made, 'mosquitto.conf'), settings)
    server = spawn(mosquitto, ['-c', path.join(made, 'mosquitto.conf')], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const hear = (text: Buffer) => {
      said += text
    }
    server.stdout?.on('data', hear)
    server.stderr?.on('data', hear)
    for (;;) {
      if (server.exitCode !== null) throw new Error(`Mosquitto refuses its settings: ${said}`)
      const answers = await login('qianliyan', systemPassword()).catch(() => undefined)
      if (answers) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.endAsync(true)
  })
  afterAll(() => server?.kill('SIGKILL'))

  it('knows the made passwords, and nobody without one', async () => {
    await login('river-01', devicePassword)
    for (const [user, password] of [
      ['river-01', 'wrong'],
      ['river-01', systemPassword()],
      ['river-02', devicePassword],
      ['', ''],
    ] as const)
      await expect(login(user, password), user).rejects.toThrow(/authori/i)
  })

  it('lets a device publish its own topics only, and read nobody’s', async () => {
    const system = await login('qianliyan', systemPassword())
    const heard: string[] = []
    system.on('message', (topic) => heard.push(topic))
    await system.subscribeAsync('$share/ingest/qly/v1/#', { qos: 1 })
    /** A client of its own for each: the library drops the connection over a refusal. */
    const refused = async (topic: string) => {
      const device = await login('river-01', devicePassword)
      const outcome: unknown = await device.publishAsync(topic, '{}', { qos: 1 }).catch((error: unknown) => error)
      return outcome instanceof Error && /not authorized/i.test(outcome.message)
    }
    expect(await refused('qly/v1/river/river-02/readings')).toBe(true)
    expect(await refused('qly/v1/events/alert/x')).toBe(true)
    expect(await refused('thing/product/river-02/osd')).toBe(true)
    expect(await refused('thing/product/river-01/osd')).toBe(false)
    expect(await refused('qly/v1/river/river-01/readings')).toBe(false)
    await expect.poll(() => heard).toEqual(['qly/v1/river/river-01/readings'])
    const device = await login('river-01', devicePassword)
    const others: string[] = []
    device.on('message', (topic) => others.push(topic))
    await device.subscribeAsync('qly/v1/#', { qos: 1 }).catch(() => undefined)
    await system.publishAsync('qly/v1/river/river-02/readings', '{}', { qos: 1 })
    await device.publishAsync('qly/v1/river/river-01/status', '{}', { qos: 1 })
    await expect.poll(() => heard.length).toBe(3)
    expect(others).toEqual([])
  })

  it('keeps QoS 1 messages for a subscriber that is slow', async () => {
    const device = await login('river-01', devicePassword)
    const system = await login('qianliyan', systemPassword())
    let heard = 0
    await system.subscribeAsync('qly/v1/+/+/readings', { qos: 1 })
    system.on('message', () => heard++)
    // 3,000 acknowledged messages while the subscriber does not read: more than Mosquitto keeps at its defaults (1,000).
    const socket = system.stream as unknown as { pause(): void; resume(): void }
    socket.pause()
    const big = 'x'.repeat(2000)
    await Promise.all(
      Array.from({ length: 3000 }, () => device.publishAsync('qly/v1/river/river-01/readings', big, { qos: 1 })),
    )
    socket.resume()
    await expect.poll(() => heard, { timeout: 20_000 }).toBe(3000)
  })
})

describe('Grafana’s questions', () => {
  const {
    QLY_TEST_INFLUX_URL: url,
    QLY_TEST_INFLUX_TOKEN: token,
    QLY_TEST_INFLUX_ORG: org,
    QLY_TEST_INFLUX_BUCKET: bucket,
  } = process.env
  const folder = path.join(infra, 'grafana/dashboards')
  const questions = readdirSync(folder).flatMap((file) => {
    const { panels } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as {
      panels: { title: string; targets?: { query?: string }[] }[]
    }
    return panels.flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ query }) => (query === undefined ? [] : [[`${file}: ${title}`, query] as const])),
    )
  })

  it.each(questions)('%s is one that InfluxDB understands', async (_, query) => {
    if (!url || !bucket)
      throw new Error('no InfluxDB: `npm run servers -- up`, and set QLY_TEST_INFLUX_URL, _TOKEN, _ORG, _BUCKET')
    const asked = query
      .replace('bucket: "qianliyan"', `bucket: "${bucket}"`)
      .replaceAll('v.timeRangeStart', '-1h')
      .replaceAll('v.timeRangeStop', 'now()')
      .replaceAll('v.windowPeriod', '1m')
    const answer = await fetch(`${url}/api/v2/query?org=${org}`, {
      method: 'POST',
      headers: { authorization: `Token ${token}`, 'content-type': 'application/vnd.flux' },
      body: asked,
    })
    expect(await answer.text()).not.toContain('error')
    expect(answer.status).toBe(200)
  })
})

const composeClient = spawnSync('docker', ['compose', 'version']).status === 0

it.runIf(composeClient)('docker compose accepts compose.yaml', () => {
  makeSecrets()
  const args = [
    'compose',
    '-f',
    path.join(infra, 'compose.yaml'),
    '--env-file',
    path.join(made, '.env'),
    '--profile',
    'workers',
    'config',
    '--quiet',
  ]
  expect(spawnSync('docker', args, { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
