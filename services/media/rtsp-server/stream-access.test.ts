// Who gets in, with the product's own keepers of credentials: devices made through the API (digest, or Basic where nobody hears it), people by role.
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAccounts } from '../../api/auth/accounts.ts'
import { createAudit } from '../../api/auth/audit.ts'
import { createStreamPlayers } from '../../api/auth/stream-players.ts'
import { type ApiTables, apiMigrations } from '../../api/tables.ts'
import { type BrokerTables, brokerMigrations } from '../../broker/access/broker-tables.ts'
import { createDeviceCommands } from '../../broker/access/device-commands.ts'
import { createDeviceRegistry } from '../../broker/access/device-registry.ts'
import { createKnownDevices } from '../../broker/access/known-devices.ts'
import { hashPassword } from '../../broker/access/password-hash.ts'
import { Config } from '../../contracts/config/config.ts'
import { createSealing } from '../../kernel/secrets/sealing.ts'
import { startTestKernel, type TestKernel } from '../../kernel/testing/test-kernel.ts'
import { makeClip } from '../testing/make-clip.ts'
import { callRtsp, type RtspCaller } from '../testing/rtsp-caller.ts'
import { createDeviceCredentials } from './device-credentials.ts'
import type { RtspAttempt } from './permission.ts'
import { createRtspServer, type RtspServer } from './rtsp-server.ts'

const adminToken = 'an-admin-token-of-tests'
const mask = [
  [0, 0],
  [1, 0],
  [1, 1],
]
const description = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:streamid=0\r\n'
let kernel: TestKernel
let server: RtspServer
let config: Config
let credentials: ReturnType<typeof createDeviceCredentials>
const callers: RtspCaller[] = []

beforeEach(async () => {
  kernel = await startTestKernel()
  const hashed = await hashPassword('hashed password')
  config = Value.Default(Config, {
    cameras: [{ id: 'masked', name: 'masked', source: 'rtsp://127.0.0.1:0/masked/main', privacyMasks: [mask] }],
    devices: [{ id: 'hashed', kind: 'cctv', password: hashed }],
    rtsp: { port: 0 },
    http: { adminToken },
  }) as Config
  const sealing = createSealing(join(kernel.directory, 'secrets.key'))
  const device = createKnownDevices({ ...kernel, sealing }, config)
  credentials = createDeviceCredentials(config, { device, player: createStreamPlayers(kernel, config) })
  server = createRtspServer(kernel, { ...config.rtsp, bind: '127.0.0.1' }, credentials)
  await server.start()
})
afterEach(async () => {
  for (const caller of callers.splice(0)) caller.close()
  await server.stop()
  await kernel.stop()
})

async function command(action: 'register' | 'revoke', id: string, extra: Record<string, unknown> = {}) {
  const room = await kernel.database.room<BrokerTables>('broker', brokerMigrations)
  const sealing = createSealing(join(kernel.directory, 'secrets.key'))
  const registry = createDeviceRegistry(config)
  const commands = await createDeviceCommands({ room, registry, clock: kernel.clock, disconnect: () => {}, sealing })
  const [answer] = await commands.handle({
    commandId: `${action}-${id}`,
    target: 'device',
    targetId: id,
    action,
    by: 'admin',
    roles: ['admin'],
    at: new Date().toISOString(),
    arguments: action === 'register' ? { kind: 'cctv', ...extra } : {},
  })
  if (!answer) throw new Error('no answer')
  return (answer.event.data as { result: { password: string } }).result
}

const url = (path: string) => `rtsp://127.0.0.1:${server.port}/${path}`

/** How an ANNOUNCE or DESCRIBE of the path is answered; digest, or Basic by a header. */
async function ask(method: 'ANNOUNCE' | 'DESCRIBE', path: string, user: string, password: string, basic = false) {
  const caller = await callRtsp(server.port, basic ? undefined : { user, password })
  callers.push(caller)
  const headers = {
    ...(method === 'ANNOUNCE' ? { 'Content-Type': 'application/sdp' } : {}),
    ...(basic ? { Authorization: `Basic ${btoa(`${user}:${password}`)}` } : {}),
  }
  return (await caller.ask(method, url(path), headers, method === 'ANNOUNCE' ? description : '')).status
}

describe('a device made through the API', () => {
  it('publishes by digest under its own id only, and no more once it is revoked', async () => {
    const { password } = await command('register', 'cam-api')
    await makeClip(`rtsp://cam-api:${password}@127.0.0.1:${server.port}/cam-api`, {
      seconds: 1,
      fps: 5,
      width: 64,
      height: 64,
    })
    expect(await ask('ANNOUNCE', 'cam-api', 'cam-api', password)).toBe(200)
    expect(await ask('ANNOUNCE', 'cam-api', 'cam-api', password, true)).toBe(200)
    expect(await ask('ANNOUNCE', 'cam-api', 'cam-api', 'wrong')).toBe(401)
    expect(await ask('ANNOUNCE', 'other', 'cam-api', password)).toBe(401)
    expect(await ask('DESCRIBE', 'hashed', 'cam-api', password)).toBe(401)
    const { db } = await kernel.database.room<BrokerTables>('broker', brokerMigrations)
    const kept = JSON.stringify(await db.selectFrom('device').selectAll().execute())
    expect(kept).not.toContain(password)
    expect(kept).toContain('sealed:1:')
    await command('revoke', 'cam-api')
    expect(await ask('ANNOUNCE', 'cam-api', 'cam-api', password)).toBe(401)
  })

  it('may publish for what is registered behind it', async () => {
    const { password } = await command('register', 'dock-1')
    await command('register', 'drone-1', { gateway: 'dock-1' })
    expect(await ask('ANNOUNCE', 'drone-1', 'dock-1', password)).toBe(200)
    expect(await ask('ANNOUNCE', 'drone-2', 'dock-1', password)).toBe(401)
  })
})

describe('a device of which the configuration has only a hash', () => {
  it('logs in by Basic where nobody hears it, and not by digest', async () => {
    expect(await ask('ANNOUNCE', 'hashed', 'hashed', 'hashed password', true)).toBe(200)
    expect(await ask('ANNOUNCE', 'hashed', 'hashed', 'wrong', true)).toBe(401)
    expect(await ask('ANNOUNCE', 'hashed', 'hashed', 'hashed password')).toBe(401)
    const attempt: RtspAttempt = {
      action: 'publish',
      path: 'hashed',
      user: 'hashed',
      address: '192.0.2.7',
      private: false,
      password: 'hashed password',
      matches: (password) => password === 'hashed password',
      matchesDigest: () => false,
    }
    expect(await credentials.verify({ ...attempt, private: true })).toBe(true)
    expect(await credentials.verify(attempt)).toBe(false)
  })
})

describe('people', () => {
  it('play with password or token if their role may, publish never, and it is written down', async () => {
    const room = await kernel.database.room<ApiTables>('api', apiMigrations)
    const accounts = createAccounts({ room, clock: kernel.clock }, config.api)
    await accounts.create('li', ['operator'], 'operator password')
    await accounts.create('wang', ['viewer'], 'viewer password')
    const { token } = await accounts.createToken('li', 'wall', null)
    const { password } = await command('register', 'cam-api')
    expect(await ask('ANNOUNCE', 'cam-api', 'cam-api', password)).toBe(200)
    const nothingThere = 404
    expect(await ask('DESCRIBE', 'cam-api', 'li', 'operator password', true)).toBe(nothingThere)
    expect(await ask('DESCRIBE', 'cam-api', 'anything', token, true)).toBe(nothingThere)
    expect(await ask('DESCRIBE', 'cam-api', 'admin', adminToken)).toBe(nothingThere)
    expect(await ask('DESCRIBE', 'cam-api', 'wang', 'viewer password', true)).toBe(401)
    expect(await ask('DESCRIBE', 'cam-api', 'li', 'wrong', true)).toBe(401)
    // a camera with privacy masks is for those who may look under them, by whatever path
    for (const path of ['masked', 'masked/main']) {
      expect(await ask('DESCRIBE', path, 'li', token, true)).toBe(401)
      expect(await ask('DESCRIBE', path, 'admin', adminToken)).toBe(nothingThere)
    }
    expect(await ask('ANNOUNCE', 'cam-api', 'li', 'operator password', true)).toBe(401)
    const { items } = await createAudit({ room, clock: kernel.clock }).list({ limit: 10 })
    expect(items.map(({ user, action, target }) => [user, action, target]).reverse()).toEqual([
      ['li', 'stream.play', 'cam-api'],
      ['li', 'stream.play', 'cam-api'],
      ['wang', 'stream.refused', 'cam-api'],
      ['li', 'stream.refused', 'masked'],
      ['li', 'stream.refused', 'masked/main'],
    ])
  })
})
